"""Template tags about comments."""

from collections.abc import Iterable
from typing import Any

from django import template

from blog.models import Post
from comments import threads
from comments.models import Report, SpamServiceState
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
def reported_count() -> int:
    """Return how many comments have reports that no moderator has looked at, up to 99."""
    reported = Report.objects.open().order_by().values("comment").distinct()
    return reported[:99].count()


@register.simple_tag
def with_comment_counts(posts: Iterable[Post]) -> list[Post]:
    """Return the posts of a list, each with its `comment_count`, by one query for all of them."""
    posts = list(posts)
    counts = threads.comment_counts(posts)
    for post in posts:
        post.comment_count = counts.get(post.pk, 0)  # type: ignore[attr-defined]
    return posts
