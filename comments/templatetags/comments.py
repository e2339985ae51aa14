"""What the templates of posts and cards show of their comments."""

from collections.abc import Iterable
from typing import Any

from django import template

from blog.models import Post
from comments import threads as conversations
from comments.models import SpamService
from comments.screening import akismet

register = template.Library()


@register.inclusion_tag("comments/_akismet_status.html")
def akismet_state() -> dict[str, Any]:
    """What moderators and the owner should know of Akismet: no key, away, an alert."""
    return {
        "has_key": akismet.is_configured(),
        "service": SpamService.objects.filter(pk=1).first(),
    }


@register.simple_tag
def comment_counts(posts: Iterable[Post]) -> dict[int, int]:
    """How many comments each post has, by its id: one query for a whole list of cards."""
    return conversations.counts(posts)
