"""What crawlers are told: which pages there are, and where they need not go.

Django's own views ask the Site row for its address; ours is `SITE_URL`.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import EmptyPage
from django.db.models import Max, QuerySet
from django.db.models.functions import Greatest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from blog import pages
from blog.addresses import absolute
from blog.models import Page, Post, Tag, Work
from blog.views import next_change

XML = "application/xml; charset=utf-8"


class Section(Sitemap):
    """Pages of one kind, each with the time of its last change."""

    limit = 10_000  # of a file's 50,000 (sitemaps.org): all sections still fit into one

    def __init__(self, found: QuerySet[Any]) -> None:
        self.found = found

    def items(self) -> QuerySet[Any]:
        return self.found

    def lastmod(self, row: Any) -> datetime:
        changed: datetime = row.changed_at
        return changed

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


def sections() -> dict[str, Section]:
    """Everything that readers may find, by the name of its file."""
    posts, standing = Post.objects.published(), Page.objects.published()
    fields = "slug", "published_at", "updated_at"
    return {
        "posts": Section(posts.only(*fields)),
        "pages": Section(standing.only(*fields).order_by("pk")),
        "works": Section(with_posts(Work.objects.only("slug"), posts)),
        "tags": Section(with_posts(Tag.objects.only("slug"), posts)),
    }


def with_posts(found: QuerySet[Any], posts: QuerySet[Any]) -> QuerySet[Any]:
    """Those that some of `posts` have; they changed when the last of these did."""
    change = Max(Greatest("posts__updated_at", "posts__published_at"))
    return found.filter(posts__in=posts).annotate(changed_at=change).order_by("pk")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages in one file, or, where a section is too long for that, the list of the files."""
    pages.limit(request, next_change())
    found = sections()
    files = [
        {"location": absolute(reverse("sitemap_file", args=[name, number]))}
        for name, section in found.items()
        for number in section.paginator.page_range
    ]
    if len(files) > len(found):
        response = render(request, "sitemap_index.xml", {"sitemaps": files}, content_type=XML)
    else:
        urls = [url for section in found.values() for url in section.get_urls()]
        home = {"location": absolute(reverse("home")), "lastmod": newest(urls)}
        response = render(request, "sitemap.xml", {"urlset": [home, *urls]}, content_type=XML)
    return pages.keep(request, response)


def newest(urls: list[dict[str, Any]]) -> datetime | None:
    """When any of these pages changed last; None if there is none."""
    return max((url["lastmod"] for url in urls), default=None)


@require_safe
def sitemap_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One file of a section, counted from 1."""
    pages.limit(request, next_change())
    found = sections()
    try:
        urls = found[name].get_urls(page=number)
    except (KeyError, EmptyPage) as error:
        raise Http404 from error
    return pages.keep(request, render(request, "sitemap.xml", {"urlset": urls}, content_type=XML))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may see whatever readers may find; the rest is forms, tools and receipts."""
    return pages.keep(request, render(request, "robots.txt", content_type="text/plain"))
