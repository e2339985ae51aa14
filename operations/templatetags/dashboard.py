"""The dashboard on the first page of the admin."""

from typing import Any

from django import template
from django.template import Context

from blog.models import Post
from comments.models import Comment, Status

register = template.Library()
SHOWN = 10  # of each list; the admin's list of posts has all of them


@register.inclusion_tag("admin/_dashboard.html", takes_context=True)
def desk(context: Context) -> dict[str, Any]:
    """Return drafts, scheduled posts and, for moderators, the number of pending comments."""
    user = context["request"].user
    posts = Post.objects.only("title", "published_at", "updated_at")
    may_decide = user.has_perm("comments.moderate")
    return {
        "may_write": user.has_perm("blog.add_post"),
        "drafts": posts.filter(author=user, published_at=None).order_by("-updated_at")[:SHOWN],
        "scheduled": posts.scheduled().order_by("published_at")[:SHOWN],
        "waiting": Comment.objects.filter(status=Status.PENDING).count() if may_decide else None,
    }
