"""Where a reader may go on from a post."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, OrderBy, Q, QuerySet
from django.db.models.functions import Abs
from django.utils import timezone

from blog.models import Post, is_out
from blog.questions import Question

MOST = 3


def related(post: Post) -> list[Post]:
    """At most three published posts about the same work or with a tag of this post's: first those
    about the work, then those with most tags in common, the nearest score, the newest."""
    tags, now = [tag.pk for tag in post.shown_tags], timezone.now()
    keys: list[int] = []
    if post.work_id and post.score is None:
        keys = about_work(post.work_id, post.pk, tags, now)
    elif post.work_id:
        keys = about_work_by_score(post.work_id, post.pk, tags, now, post.score)
    if tags and len(keys) < MOST:
        if post.score is None:
            tagged = with_tags(post.pk, tags, now)
        else:
            tagged = with_tags_by_score(post.pk, tags, now, post.score)
        keys += [key for key in tagged if key not in keys]
    found = {row.pk: row for row in shown(keys[:MOST])} if keys else {}
    return [found[key] for key in keys[:MOST] if key in found]


@Question
def about_work(work: int, post: int, tags: list[int], now: datetime):  # type: ignore[no-untyped-def]
    """The keys of the first three other posts about a work."""
    return others_about(work, post, tags, now).order_by("-shared", "-published_at", "-pk")[:MOST]


@Question
def about_work_by_score(  # type: ignore[no-untyped-def]
    work: int, post: int, tags: list[int], now: datetime, score: int
):
    """The same, the nearest score before the newest."""
    rows = others_about(work, post, tags, now)
    return rows.order_by("-shared", nearest("score", score), "-published_at", "-pk")[:MOST]


def others_about(work: int, post: int, tags: list[int], now: datetime) -> QuerySet[Any]:
    others = Post.objects.published(now).filter(work=work).exclude(pk=post)
    counted = others.annotate(shared=Count("tags", filter=Q(tags__in=tags)))
    return counted.values_list("pk", flat=True)


@Question
def with_tags(post: int, tags: list[int], now: datetime):  # type: ignore[no-untyped-def]
    """The keys of the first other posts that have some of these tags: three besides those that
    `about_work` may have found before."""
    rows = others_with(post, tags, now)
    return rows.order_by("-shared", "-post__published_at", "-post")[: 2 * MOST]


@Question
def with_tags_by_score(  # type: ignore[no-untyped-def]
    post: int, tags: list[int], now: datetime, score: int
):
    """The same, the nearest score before the newest."""
    near = nearest("post__score", score)
    rows = others_with(post, tags, now)
    return rows.order_by("-shared", near, "-post__published_at", "-post")[: 2 * MOST]


def others_with(post: int, tags: list[int], now: datetime) -> QuerySet[Any]:
    taggings = Post.tags.through.objects.filter(is_out("post__", now), tag__in=tags)
    counted = taggings.exclude(post=post).values("post").annotate(shared=Count("pk"))
    return counted.values_list("post", flat=True)


def nearest(field: str, score: int) -> OrderBy:
    """The order by how near a score is; those without one last."""
    return Abs(F(field) - score).asc(nulls_last=True)


@Question
def shown(keys: list[int]):  # type: ignore[no-untyped-def]
    """What is shown of related posts."""
    posts = Post.objects.filter(pk__in=keys).select_related("work").order_by()
    return posts.only("title", "slug", "score", "work__kind", "work__title", "work__slug")


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The posts that were published before and after this one, None where there is none."""
    at, now = post.published_at, timezone.now()
    before, after = earlier(at, post.pk, now), later(at, post.pk, now)
    return (before[0] if before else None), (after[0] if after else None)


@Question
def earlier(at: datetime, post: int, now: datetime):  # type: ignore[no-untyped-def]
    found = Post.objects.published(now).only("title", "slug")
    return found.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post))[:1]


@Question
def later(at: datetime, post: int, now: datetime):  # type: ignore[no-untyped-def]
    found = Post.objects.published(now).only("title", "slug").order_by("published_at", "pk")
    return found.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post))[:1]
