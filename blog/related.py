"""Where a reader may go on from a post."""

from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Abs

from blog.models import Post, is_out

MOST = 3


def related(post: Post) -> list[Post]:
    """At most three published posts about the same work or with a tag of this post's: first those
    about the work, then those with most tags in common, the nearest score, the newest.

    In small questions: Django takes longer to write one large one than the database to answer."""
    tags = [tag.pk for tag in post.tags.all()]
    keys = about_its_work(post, tags)
    if len(keys) < MOST:
        keys += [key for key in with_its_tags(post, tags) if key not in keys]
    shown = Post.objects.select_related("work").only(
        "title", "slug", "score", "work__kind", "work__title"
    )
    found = shown.in_bulk(keys[:MOST]) if keys else {}
    return [found[key] for key in keys[:MOST] if key in found]


def about_its_work(post: Post, tags: list[int]) -> list[int]:
    """The keys of the first three other posts about a post's work."""
    if not post.work_id:
        return []
    others = Post.objects.published().filter(work=post.work_id).exclude(pk=post.pk)
    counted = others.annotate(shared=Count("tags", filter=Q(tags__in=tags)))
    ordered = counted.order_by("-shared", *nearest(post), "-published_at", "-pk")
    return list(ordered.values_list("pk", flat=True)[:MOST])


def with_its_tags(post: Post, tags: list[int]) -> list[int]:
    """The keys of the first other posts that have some of a post's tags: three besides those that
    `about_its_work` may have found before."""
    if not tags:
        return []
    taggings = Post.tags.through.objects.filter(is_out("post__"), tag__in=tags)
    counted = taggings.exclude(post=post.pk).values("post").annotate(shared=Count("pk"))
    ordered = counted.order_by("-shared", *nearest(post, "post__"), "-post__published_at", "-post")
    return list(ordered.values_list("post", flat=True)[: 2 * MOST])


def nearest(post: Post, owner: str = "") -> list[Any]:
    """The order of posts by how near their score is; those without one last. `owner` leads to
    the post."""
    if post.score is None:
        return []
    return [Abs(F(f"{owner}score") - post.score).asc(nulls_last=True)]


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The posts that were published before and after this one, None where there is none."""
    published, at = Post.objects.published().only("title", "slug"), post.published_at
    earlier = published.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post.pk))
    later = published.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post.pk))
    return earlier.first(), later.order_by("published_at", "pk").first()
