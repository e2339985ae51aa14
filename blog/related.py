"""Where a reader may go on from a post."""

from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, When
from django.db.models.functions import Abs

from blog.models import Post

MOST = 3


def related(post: Post) -> list[Post]:
    """At most three published posts about the same work or with a tag of this post's: first those
    about the work, then those with most tags in common, the nearest score, the newest."""
    tags = [tag.pk for tag in post.tags.all()]
    same_work = Q(work=post.work_id) if post.work_id else Q(pk=None)
    found = (
        Post.objects.published()
        .filter(same_work | Q(tags__in=tags))
        .exclude(pk=post.pk)
        .annotate(
            same_work=Case(When(same_work, True), default=False, output_field=BooleanField()),
            shared=Count("tags", filter=Q(tags__in=tags)),
        )
        .order_by("-same_work", "-shared", *nearest(post), "-published_at", "-id")
    )
    keys = list(found.values_list("pk", flat=True)[:MOST])
    posts = Post.objects.select_related("work").in_bulk(keys)
    return [posts[key] for key in keys if key in posts]


def nearest(post: Post) -> list[Any]:
    """The order of posts by how near their score is; those without one last."""
    if post.score is None:
        return []
    return [Abs(F("score") - post.score).asc(nulls_last=True)]


def previous(post: Post) -> Post | None:
    """The post that was published before this one."""
    at = post.published_at
    return titles().filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post.pk)).first()


def following(post: Post) -> Post | None:
    """The post that was published after this one."""
    at = post.published_at
    later = titles().filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post.pk))
    return later.order_by("published_at", "pk").first()


def titles() -> Any:
    """Published posts with what a link to them takes."""
    return Post.objects.published().only("title", "slug")
