"""Where a reader may go on from a post."""

from typing import Any

from django.db.models import BooleanField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Abs, Coalesce

from blog.models import Post, is_out

MOST = 3


def related(post: Post) -> list[Post]:
    """At most three published posts about the same work or with a tag of this post's: first those
    about the work, then those with most tags in common, the nearest score, the newest.

    Chosen from the first three of both kinds: thousands may share a tag, and sorting them all with
    what is shown of them takes SQLite a fifth of a second."""
    tags = [tag.pk for tag in post.tags.all()]
    same_work = Q(work=post.work_id) if post.work_id else Q(pk=None)
    here: Any = Post.tags.through.objects.filter(post=OuterRef("pk"), tag__in=tags).values("post")
    shared = here.annotate(number=Count("pk")).values("number")  # a join would visit all posts
    chosen = Q(pk__in=about_its_work(post, tags)) | Q(pk__in=with_its_tags(post, tags))
    found = (
        Post.objects.filter(chosen)
        .annotate(
            same_work=Case(When(same_work, True), default=False, output_field=BooleanField()),
            shared=Coalesce(Subquery(shared), 0),
        )
        .order_by("-same_work", "-shared", *nearest(post), "-published_at", "-id")
    )
    shown = found.select_related("work").only("title", "slug", "score", "work__kind", "work__title")
    return list(shown[:MOST])


def about_its_work(post: Post, tags: list[int]) -> QuerySet[Any]:
    """The keys of the first three other posts about a post's work."""
    if not post.work_id:
        return Post.objects.none()
    others = Post.objects.published().filter(work=post.work_id).exclude(pk=post.pk).values("pk")
    counted = others.annotate(shared=Count("tags", filter=Q(tags__in=tags)))
    ordered = counted.order_by("-shared", *nearest(post), "-published_at", "-pk")
    return ordered.values("pk")[:MOST]


def with_its_tags(post: Post, tags: list[int]) -> QuerySet[Any]:
    """The keys of the first three other posts that have some of a post's tags."""
    taggings = Post.tags.through.objects.filter(is_out("post__"), tag__in=tags)
    counted = taggings.exclude(post=post.pk).values("post").annotate(shared=Count("pk"))
    ordered = counted.order_by("-shared", *nearest(post, "post__"), "-post__published_at", "-post")
    return ordered.values("post")[:MOST]


def nearest(post: Post, owner: str = "") -> list[Any]:
    """The order of posts by how near their score is; those without one last. `owner` leads to
    the post."""
    if post.score is None:
        return []
    return [Abs(F(f"{owner}score") - post.score).asc(nulls_last=True)]


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
