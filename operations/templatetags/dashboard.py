"""What an author finds on coming back: on the first page of the admin."""

from typing import Any

from django import template
from django.template import Context

from blog.models import Post

register = template.Library()
SHOWN = 10  # of each list; the list of posts has them all


@register.inclusion_tag("admin/_dashboard.html", takes_context=True)
def desk(context: Context) -> dict[str, Any]:
    """The author's own drafts, the last changed first; what comes out when; how many comments
    wait, for who may decide about them (None for others)."""
    user = context["request"].user
    posts = Post.objects.only("title", "published_at", "updated_at")
    comments = Post._meta.get_field("comments").related_model.objects
    may_decide = user.has_perm("comments.moderate")
    return {
        "may_write": user.has_perm("blog.add_post"),
        "drafts": posts.filter(author=user, published_at=None).order_by("-updated_at")[:SHOWN],
        "scheduled": posts.scheduled().order_by("published_at")[:SHOWN],
        "waiting": comments.filter(status="pending").count() if may_decide else None,
    }
