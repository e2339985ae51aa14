"""Template tags about comments."""

from collections.abc import Iterable
from typing import Any

from django import template

from blog.models import Post
from comments import threads as conversations
from comments.models import SpamServiceState
from comments.screening import akismet

register = template.Library()


@register.inclusion_tag("comments/_akismet_status.html")
def akismet_state() -> dict[str, Any]:
    """Tell moderators what is wrong with Akismet: no key, a failure, an alert."""
    return {
        "has_key": akismet.is_configured(),
        "service": SpamServiceState.objects.filter(pk=1).first(),
    }


@register.simple_tag
def comment_counts(posts: Iterable[Post]) -> dict[int, int]:
    """Return the number of comments of each post, by its id, with one query."""
    return conversations.counts(posts)
