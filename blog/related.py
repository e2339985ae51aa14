"""Where a reader may go from a post: related posts, and those published before and after it."""

from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Abs, Coalesce
from django.utils import timezone

from blog.models import Post

MAX_RELATED = 3
SUMMARY_FIELDS = (
    *("title", "slug", "score", "work__kind", "work__title", "work__slug"),
    *("thumbnail__file", "thumbnail__width", "thumbnail__height", "thumbnail__alt"),
    *("thumbnail__rendition_data", "thumbnail__renditions_due_at"),
    *("thumbnail__encoding", "thumbnail__has_transparency"),
)


def related(post: Post, *without: Post | None) -> list[Post]:
    """Return at most three published posts about the same work or with tags of this post.

    Those about the work come first, then those with most tags in common, the nearest score, and
    the newest. Posts in `without` are left out: the page links to them already.
    """
    taggings = Post.tags.through.objects.filter(tag__in=[tag.pk for tag in post.shown_tags])
    same_work = Q(work=post.work_id) if post.work_id else Q(pk__in=[])
    others = Post.objects.published().exclude(
        pk__in=[shown.pk for shown in (post, *without) if shown]
    )
    candidates = others.filter(same_work | Q(pk__in=taggings.values("post")))
    ranked = candidates.annotate(
        about_work=Case(When(same_work, then=Value(1)), default=Value(0)),
        shared_tags=count_for_each_post(taggings),
    )
    # Posts without a score come last.
    nearest = [Abs(F("score") - post.score).asc(nulls_last=True)] if post.score is not None else []
    ordered = ranked.order_by("-about_work", "-shared_tags", *nearest, "-published_at", "-pk")
    return list(ordered.select_related("work", "thumbnail").only(*SUMMARY_FIELDS)[:MAX_RELATED])


def count_for_each_post(taggings: QuerySet[Any]) -> Coalesce:
    """Return how many of these taggings each post has, as an annotation for a query of posts."""
    counts = taggings.filter(post=OuterRef("pk")).values("post").annotate(number=Count("pk"))
    return Coalesce(Subquery(counts.values("number")), 0)


def adjacent(post: Post) -> tuple[Post | None, Post | None]:
    """Return the published posts before and after this one; None where there is none."""
    at, published = post.published_at or timezone.now(), Post.objects.published()
    earlier = published.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=post.pk))
    later = published.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=post.pk))
    previous = Subquery(earlier.values("pk")[:1])
    following = Subquery(later.order_by("published_at", "pk").values("pk")[:1])
    posts = Post.objects.filter(Q(pk=previous) | Q(pk=following)).order_by()
    is_earlier = Case(When(pk=previous, then=True), default=False)
    found = {
        row.is_earlier: row
        for row in posts.annotate(is_earlier=is_earlier).only("title", "slug", "published_at")
    }
    return found.get(True), found.get(False)
