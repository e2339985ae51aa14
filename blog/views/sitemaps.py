"""What crawlers are told: which pages there are, and where they need not go."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from blog.models import Page, Post, Tag, Work, next_publication, published_q
from pagecache.decorators import expire_at, public_page


class SiteSitemap(Sitemap):
    """Base of all sections."""

    limit = 2_000  # of 50,000 that a file may hold: made within a quarter of a second

    def items(self) -> list[Any]:
        """Return all items of the section: Django asks several times for them."""
        return self.all_items

    @cached_property
    def all_items(self) -> list[Any]:
        return list(self.get_queryset())

    def get_queryset(self) -> QuerySet[Any]:
        raise NotImplementedError

    @property
    def protocol(self) -> str:  # type: ignore[override]
        return urlsplit(settings.SITE_URL).scheme


class HomeSitemap(SiteSitemap):
    """The home page, which changes with every post and page."""

    def items(self) -> list[str]:
        return ["home"]

    def location(self, item: str) -> str:
        return reverse(item)

    def lastmod(self, item: str) -> datetime | None:
        changes = [
            change
            for model in (Post, Page)
            for change in model.objects.published()
            .aggregate(published=Max("published_at"), updated=Max("revised_at"))
            .values()
            if change
        ]
        return max(changes, default=None)


class PublishableSitemap(SiteSitemap):
    """Posts or pages that are published, the newest first."""

    model: type[Post] | type[Page]

    def get_queryset(self) -> QuerySet[Any]:
        newest_first = self.model.objects.published().order_by("-published_at", "-pk")
        return newest_first.only("slug", "published_at", "revised_at")

    def lastmod(self, item: Post | Page) -> datetime:
        return item.changed_at


class PostSitemap(PublishableSitemap):
    model = Post


class PageSitemap(PublishableSitemap):
    model = Page


class TermSitemap(SiteSitemap):
    """Works or tags that published posts have; they change with the newest of these."""

    model: type[Work] | type[Tag]

    def get_queryset(self) -> QuerySet[Any]:
        dates = {"published": Max("posts__published_at"), "updated": Max("posts__revised_at")}
        return self.model.objects.filter(published_q("posts__")).annotate(**dates).order_by("pk")

    def lastmod(self, item: Any) -> datetime:
        return max(item.published, item.updated)


class WorkSitemap(TermSitemap):
    model = Work


class TagSitemap(TermSitemap):
    model = Tag


SECTIONS = {
    "home": HomeSitemap,
    "posts": PostSitemap,
    "pages": PageSitemap,
    "works": WorkSitemap,
    "tags": TagSitemap,
}


@public_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """List all pages in one file, or the files of all sections if one is too long for that."""
    expire_with_next_publication(request)
    sitemaps: dict[str, Any] = {name: section() for name, section in SECTIONS.items()}
    if any(section.paginator.num_pages > 1 for section in sitemaps.values()):
        return views.index(request, sitemaps, sitemap_url_name="sitemap_section")
    return views.sitemap(request, sitemaps)


@public_page(params={"p"})
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    """List the pages of one section; `?p=` is the number of a file."""
    expire_with_next_publication(request)
    return views.sitemap(request, {**SECTIONS}, section)


def expire_with_next_publication(request: HttpRequest) -> None:
    """Let the page expire when the next scheduled post or page is published."""
    expire_at(request, next_publication())
    scheduled = Page.objects.scheduled().order_by("published_at")
    expire_at(request, scheduled.values_list("published_at", flat=True).first())


@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """Allow crawlers whatever readers may find; the rest is forms, tools and receipts."""
    return render(request, "robots.txt", content_type="text/plain")
