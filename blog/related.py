"""Where a reader may go on from a post."""

from datetime import datetime

from django.db.models import Case, Count, F, Min, OrderBy, Q, Subquery, When
from django.db.models.functions import Abs
from django.utils import timezone

from blog.models import Post, published_q
from blog.questions import Question

MOST = 3
NO_TAG = 0  # no row has this key


def related(post: Post) -> list[Post]:
    """At most three published posts about the same work or with a tag of this post's: first those
    about the work, then those with most tags in common, the nearest score, the newest."""
    tags, now = [tag.pk for tag in post.shown_tags] or [NO_TAG], timezone.now()
    score, is_scored = post.score or 0, post.score is not None
    keys: list[int] = []
    if post.work_id:
        keys = about_work(post.work_id, post.pk, tags, now, score, is_scored=is_scored)
    if post.shown_tags and len(keys) < MOST:
        tagged = with_tags(post.pk, tags, now, score, is_scored=is_scored)
        keys += [key for key in tagged if key not in keys]
    found = {row.pk: row for row in shown(keys[:MOST])} if keys else {}
    return [found[key] for key in keys[:MOST] if key in found]


@Question
def about_work(  # type: ignore[no-untyped-def]
    work: int, post: int, tags: list[int], now: datetime, score: int, *, is_scored: bool
):
    """The keys of the first three other posts about a work."""
    others = Post.objects.published(now).filter(work=work).exclude(pk=post)
    counted = others.annotate(shared=Count("tags", filter=Q(tags__in=tags)))
    near = nearest(score, is_scored)
    return counted.order_by("-shared", *near, "-published_at", "-pk").values_list("pk", flat=True)[
        :MOST
    ]


@Question
def with_tags(  # type: ignore[no-untyped-def]
    post: int, tags: list[int], now: datetime, score: int, *, is_scored: bool
):
    """The keys of the first other posts that have some of these tags: three besides those that
    `about_work` may have found before."""
    taggings = Post.tags.through.objects.filter(published_q("post__", now), tag__in=tags)
    counted = (
        taggings.exclude(post=post)
        .values("post")
        # The one score of the group: where each value is bound by itself, PostgreSQL does not see
        # that what is ordered by is what is grouped by.
        .annotate(shared=Count("pk"), score=Min("post__score"))
    )
    near = nearest(score, is_scored)
    ordered = counted.order_by("-shared", *near, "-post__published_at", "-post")
    return ordered.values_list("post", flat=True)[: 2 * MOST]


def nearest(score: int, is_scored: bool) -> list[OrderBy]:
    """The order by how near a score is, those without one last; none for a post without a score."""
    return [Abs(F("score") - score).asc(nulls_last=True)] if is_scored else []


@Question
def shown(keys: list[int]):  # type: ignore[no-untyped-def]
    """What is shown of related posts."""
    posts = Post.objects.filter(pk__in=keys).select_related("work").order_by()
    return posts.only("title", "slug", "score", "work__kind", "work__title", "work__slug")


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The posts that were published before and after this one, None where there is none."""
    now = timezone.now()
    found = {row.is_earlier: row for row in beside(post.published_at or now, post.pk, now)}
    return found.get(True), found.get(False)


@Question
def beside(at: datetime, post: int, now: datetime):  # type: ignore[no-untyped-def]
    """The posts before and after a moment; of the same moment, before and after a key."""
    published = Post.objects.published(now)
    earlier = published.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post))
    later = published.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post))
    previous = Subquery(earlier.values("pk")[:1])
    following = Subquery(later.order_by("published_at", "pk").values("pk")[:1])
    found = Post.objects.filter(Q(pk=previous) | Q(pk=following)).order_by()
    is_earlier = Case(When(pk=previous, then=True), default=False)
    return found.annotate(is_earlier=is_earlier).only("title", "slug")
