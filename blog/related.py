"""Where a reader may go on from a post."""

from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, Subquery, When
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
    shown = found.select_related("work").only("title", "slug", "score", "work__kind", "work__title")
    return list(shown[:MOST])


def nearest(post: Post) -> list[Any]:
    """The order of posts by how near their score is; those without one last."""
    if post.score is None:
        return []
    return [Abs(F("score") - post.score).asc(nulls_last=True)]


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The posts that were published before and after this one, None where there is none."""
    published, at = Post.objects.published(), post.published_at
    earlier = published.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post.pk))
    later = published.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post.pk))
    previous = Subquery(earlier.values("pk")[:1])
    following = Subquery(later.order_by("published_at", "pk").values("pk")[:1])
    found = (
        Post.objects.filter(Q(pk=previous) | Q(pk=following))
        .annotate(is_earlier=Case(When(pk=previous, then=True), default=False))
        .only("title", "slug")
    )
    by_place = {row.is_earlier: row for row in found}
    return by_place.get(True), by_place.get(False)
