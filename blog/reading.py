"""What readers' pages ask of the database, in questions that Django writes once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from blog.models import Post, Tag
from blog.questions import Question

# What only editors and feeds need of a post.
NOT_SHOWN = "body", "verdict", "body_masked_html", "author__password"
NUMBER = Func("pk", function="COUNT", output_field=IntegerField())  # of all rows, not by groups
# What a card or a hit of the search may show of it.
IN_CARDS = (
    *("title", "slug", "published_at", "spoiler_level", "score"),
    *("summary", "body_masked_text", "verdict_text"),
    *("work__kind", "work__title", "work__slug"),
    *("thumbnail__file", "thumbnail__width", "thumbnail__height", "thumbnail__alt"),
    *("thumbnail__made", "thumbnail__renditions_due_at"),
)


def published_post(slug: str) -> Post | None:
    """The published post of that slug, with all that its page shows of it."""
    found = with_tags(by_slug(slug, timezone.now()))
    return found[0] if found else None


@Question
def by_slug(slug: str, now: datetime):  # type: ignore[no-untyped-def]
    posts = Post.objects.published(now).select_related("author", "work", "thumbnail")
    return posts.filter(slug=slug).defer(*NOT_SHOWN)


def commented_post(slug: str) -> Post | None:
    """The published post of that slug, with what taking a comment asks of it and no more."""
    return next(iter(only_dates(slug, timezone.now())), None)


@Question
def only_dates(slug: str, now: datetime):  # type: ignore[no-untyped-def]
    found = Post.objects.published(now).filter(slug=slug)
    return found.only("slug", "published_at", "comments_open")


@dataclass
class Listed:
    """A list of posts as `Paginator` takes it, counted and cut by questions."""

    number: Callable[[], int]
    keys: Callable[[int, int], list[int]]  # from the first on, so many

    def count(self) -> int:
        return self.number()

    def __getitem__(self, part: slice) -> list[int]:
        first = part.start or 0
        return self.keys(first, part.stop - first)


def all_posts() -> Listed:
    """All published posts, the newest first."""
    now = timezone.now()
    return Listed(
        lambda: number(now)[0],
        lambda first, size: newest(now, first=first, size=size),
    )


@Question
def number(now: datetime):  # type: ignore[no-untyped-def]
    return Post.objects.published(now).order_by().values_list(NUMBER, flat=True)


@Question
def newest(now: datetime, *, first: int, size: int):  # type: ignore[no-untyped-def]
    return Post.objects.published(now).values_list("pk", flat=True)[first : first + size]


def tag_at(slug: str) -> Tag:
    """The tag with that slug; Http404 if there is none."""
    found: list[Tag] = with_slug(slug)
    if not found:
        raise Http404
    return found[0]


@Question
def with_slug(slug: str):  # type: ignore[no-untyped-def]
    return Tag.objects.filter(slug=slug).order_by()


def posts_with(tag: Tag) -> Listed:
    """The published posts with a tag, the newest first."""
    now = timezone.now()
    return Listed(
        lambda: next(iter(number_with(tag.pk, now)), 0),
        lambda first, size: newest_with(tag.pk, now, first=first, size=size),
    )


@Question
def number_with(tag: int, now: datetime):  # type: ignore[no-untyped-def]
    """All that have the tag but for the few of them that readers may not see."""
    taggings = Post.tags.through.objects.filter(tag=tag)
    hidden = Post.objects.hidden(now).filter(Exists(taggings.filter(post=OuterRef("pk"))))
    shown: Any = counted(taggings) - counted(hidden)
    return Tag.objects.filter(pk=tag).order_by().values_list(shown, flat=True)


def counted(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, for a query about something else."""
    return Subquery(rows.order_by().values(n=NUMBER))


@Question
def newest_with(tag: int, now: datetime, *, first: int, size: int):  # type: ignore[no-untyped-def]
    """The newest posts are asked one by one whether they have the tag: thousands may have it."""
    tagging = Post.tags.through.objects.filter(tag=tag, post=OuterRef("pk"))
    found = Post.objects.published(now).filter(Exists(tagging))
    return found.values_list("pk", flat=True)[first : first + size]


def cards(keys: list[int]) -> list[Post]:
    """The posts with these keys, in this order, with all that their cards show."""
    return in_order(keys, by_keys(keys)) if keys else []


@Question
def by_keys(keys: list[int]):  # type: ignore[no-untyped-def]
    posts = Post.objects.select_related("work", "thumbnail").order_by()
    # One that was taken back since its key was read has no date.
    return posts.filter(pk__in=keys, published_at__isnull=False).only(*IN_CARDS)


def entries(keys: list[int]) -> list[Post]:
    """The posts with these keys, in this order, with all that feeds say of them."""
    return in_order(keys, whole_by_keys(keys)) if keys else []


@Question
def whole_by_keys(keys: list[int]):  # type: ignore[no-untyped-def]
    posts = Post.objects.select_related("author", "thumbnail").order_by()
    return posts.filter(pk__in=keys).defer("body", "body_html", "verdict", "author__password")


def in_order(keys: list[int], posts: list[Post]) -> list[Post]:
    """The posts in the order of their keys, and with their tags."""
    found = {post.pk: post for post in with_tags(posts)}
    return [found[key] for key in keys if key in found]


def with_tags(posts: list[Post]) -> list[Post]:
    """The same posts, each with its `shown_tags`."""
    by_post: dict[int, list[Tag]] = {post.pk: [] for post in posts}
    for post, pk, name, slug in tags_of(list(by_post)) if posts else ():
        by_post[post].append(one_tag(pk, name, slug))
    for post in posts:
        post.shown_tags = by_post[post.pk]
    return posts


@lru_cache(1000)
def one_tag(pk: int, name: str, slug: str) -> Tag:
    """The tag of which this was read; a list of posts names the same few again and again."""
    return Tag(pk=pk, name=name, slug=slug)


@Question
def tags_of(posts: list[int]):  # type: ignore[no-untyped-def]
    rows = Post.tags.through.objects.filter(post__in=posts).order_by("tag__name")
    return rows.values_list("post_id", "tag_id", "tag__name", "tag__slug")


def next_change() -> datetime | None:
    """When the next scheduled post comes out (aware)."""
    return next(iter(coming(timezone.now())), None)


@Question
def coming(now: datetime):  # type: ignore[no-untyped-def]
    rows = Post.objects.scheduled(now).order_by("published_at")
    return rows.values_list("published_at", flat=True)[:1]
