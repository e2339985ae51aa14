"""The questions that the site asks about its posts, pages, tags, works and scores."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils import timezone

if TYPE_CHECKING:
    from blog.models import Band, Picture, Tag

# What a card shows of a post. Lists never read the texts themselves.
CARD_FIELDS = (
    *("title", "slug", "published_at", "spoiler_level", "score", "excerpt"),
    *("work__kind", "work__title", "work__slug"),
    *("thumbnail__file", "thumbnail__width", "thumbnail__height", "thumbnail__alt"),
    *("thumbnail__rendition_data", "thumbnail__renditions_due_at"),
    *("thumbnail__encoding", "thumbnail__has_transparency"),
)
# What a post's page does not show: the sources of its HTML, and the HTML of feeds.
NOT_ON_PAGE = (
    *("body", "verdict", "body_masked_html", "verdict_masked_html"),
    "author__password",
)
NOT_IN_FEEDS = ("body", "body_html", "verdict", "verdict_html", "author__password")


def published_q(prefix: str = "", now: datetime | None = None) -> Q:
    """Return the one rule of what readers may see: the publication date has come.

    `prefix` is the way to the post from another model, such as `"post__"`; `now` is aware.
    """
    return Q(**{f"{prefix}published_at__lte": now or timezone.now()})


class PublishableQuerySet(models.QuerySet[Any]):
    """Posts or pages."""

    def published(self) -> Self:
        """Return what readers may see."""
        return self.filter(published_q())

    def scheduled(self) -> Self:
        """Return what will be published later."""
        return self.filter(published_at__gt=timezone.now())

    def ever_published(self) -> Self:
        """Return what readers see now or have seen before it was taken back."""
        return self.filter(Q(was_published=True) | published_q())

    def visible_to(self, user: Any) -> Self:
        """Return what a user may see: drafts and scheduled texts only if they may change them."""
        may_change = user.has_perm(f"blog.change_{self.model._meta.model_name}")
        return self.all() if may_change else self.published()

    def containing_picture(self, picture: "Picture") -> Self:
        """Return those whose text shows a picture; its random file name is found nowhere else."""
        return self.filter(self._containing_q(picture))

    def showing(self, picture: "Picture") -> Self:
        """Return those that show a picture anywhere."""
        return self.containing_picture(picture)

    def _containing_q(self, picture: "Picture") -> Q:
        fields = self.model.MARKDOWN_FIELDS
        conditions = (Q(**{f"{field}__contains": picture.file.name}) for field in fields)
        return reduce(or_, conditions)


class PostQuerySet(PublishableQuerySet):
    """Posts."""

    def showing(self, picture: "Picture") -> Self:
        """Return those that show a picture in their text or as their thumbnail."""
        return self.filter(self._containing_q(picture) | Q(thumbnail=picture))

    def between(self, start: datetime, end: datetime) -> Self:
        """Return those published from `start` up to, but not including, `end` (both aware)."""
        return self.filter(published_at__gte=start, published_at__lt=end)

    def tagged(self, tag: "Tag") -> Self:
        """Return those with a tag.

        Thousands may have it, so the newest posts are asked one by one if they do: a join would
        collect and sort all of them for the first page of a list.
        """
        taggings = self.model.tags.through.objects.filter(tag=tag, post=OuterRef("pk"))
        return self.filter(Exists(taggings))

    def with_tags(self) -> Self:
        """Read the tags of all posts in one query, into `shown_tags`."""
        return self.prefetch_related(Prefetch("tags", to_attr="shown_tags"))

    def for_cards(self) -> Self:
        """Read what the cards of a list show."""
        return self.select_related("work", "thumbnail").with_tags().only(*CARD_FIELDS)

    def for_page(self) -> Self:
        """Read what the page of a post shows."""
        posts = self.select_related("author", "work", "thumbnail").with_tags()
        return posts.defer(*NOT_ON_PAGE)

    def for_feed(self) -> Self:
        """Read what the entries of a feed show."""
        return self.select_related("author", "thumbnail").with_tags().defer(*NOT_IN_FEEDS)

    def for_comment_form(self) -> Self:
        """Read only what decides if a comment may be sent."""
        return self.only("slug", "published_at", "comments_open")


class PageQuerySet(PublishableQuerySet):
    """Pages."""

    def in_menu(self) -> Self:
        """Return the pages in the menu, in its order, whether they are published or not."""
        pages = self.filter(menu_place__isnull=False).order_by("menu_place", "title")
        return pages.only("title", "slug", "published_at")


class TaxonomyQuerySet(models.QuerySet[Any]):
    """Tags or works: what posts are found by."""

    def with_post_counts(self) -> Self:
        """Return those that published posts have, each with its `post_count`."""
        counted = self.annotate(post_count=Count("posts", filter=published_q("posts__")))
        # Grouping drops the model's own order.
        return counted.filter(post_count__gt=0).order_by(*self.model._meta.ordering)


class BandQuerySet(models.QuerySet["Band"]):
    """The bands of the author's legend."""

    def with_highest(self) -> list[tuple["Band", int]]:
        """Return each band with the highest score that belongs to it, the highest band first."""
        bands = list(self.order_by("-lowest"))
        return list(zip(bands, [100, *(band.lowest - 1 for band in bands)], strict=False))

    def wording_for(self, score: int | None) -> str:
        """Return the legend's wording for a score; "" for no score or one below all bands."""
        if score is None:
            return ""
        bands = self.filter(lowest__lte=score).order_by("-lowest")
        return bands.values_list("wording", flat=True).first() or ""
