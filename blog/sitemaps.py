"""What crawlers are told: which pages there are, and where they need not go.

The files are written by the templates of `django.contrib.sitemaps`; its views ask the Site row for
the site's address, but ours is `SITE_URL`.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.core.paginator import EmptyPage, Paginator
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

Url = dict[str, Any]  # as the templates of django.contrib.sitemaps want it
LIMIT = 2_000  # of a section in a file: made within a quarter of a second; 50,000 it may hold
XML = "application/xml; charset=utf-8"


def sections() -> dict[str, QuerySet[Any]]:
    """Everything that readers may find, by the name of its file."""
    posts, standing = Post.objects.published(), Page.objects.published()
    fields = "slug", "published_at", "updated_at"
    return {
        "posts": posts.only(*fields),
        "pages": standing.only(*fields).order_by("pk"),
        "works": with_posts(Work.objects.only("slug"), posts),
        "tags": with_posts(Tag.objects.only("slug"), posts),
    }


def with_posts(found: QuerySet[Any], posts: QuerySet[Any]) -> QuerySet[Any]:
    """Those that some of `posts` have; they changed when the last of these did."""
    change = Max(Greatest("posts__updated_at", "posts__published_at"))
    return found.filter(posts__in=posts).annotate(changed_at=change).order_by("pk")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages in one file, or, where a section is too long for that, the list of the files."""
    limit(request)
    rows = [list(section[: LIMIT + 1]) for section in sections().values()]
    if any(len(section) > LIMIT for section in rows):
        context = {"sitemaps": files()}
        return pages.keep(request, render(request, "sitemap_index.xml", context, content_type=XML))
    found = [urls(section) for section in rows]
    return urlset(request, [home(found), *chain.from_iterable(found)])


@require_safe
def sitemap_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One file of a section, counted from 1."""
    limit(request)
    try:
        rows = Paginator(sections()[name], LIMIT).page(number)
    except (KeyError, EmptyPage) as error:
        raise Http404 from error
    return urlset(request, urls(rows))


def limit(request: HttpRequest) -> None:
    """A sitemap changes when the next scheduled post or page comes out."""
    for rows in (Post.objects, Page.objects):
        pages.limit(request, next_change(rows))


def urls(rows: Iterable[Any]) -> list[Url]:
    """Each page's address, and when it changed last."""
    return [
        {"location": absolute(row.get_absolute_url()), "lastmod": row.changed_at} for row in rows
    ]


def home(found: list[list[Url]]) -> Url:
    """The home page changes with whatever changes."""
    last = max((url["lastmod"] for url in chain.from_iterable(found)), default=None)
    return {"location": absolute(reverse("home")), "lastmod": last}


def files() -> list[Url]:
    """The files of all sections; the first also of a section that is empty."""
    return [
        {"location": absolute(reverse("sitemap_file", args=[name, number]))}
        for name, rows in sections().items()
        for number in Paginator(rows, LIMIT).page_range
    ]


def urlset(request: HttpRequest, found: list[Url]) -> HttpResponse:
    """A file of addresses as a page that may be kept."""
    context = {"urlset": found}
    return pages.keep(request, render(request, "sitemap.xml", context, content_type=XML))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may see whatever readers may find; the rest is forms, tools and receipts."""
    return pages.keep(request, render(request, "robots.txt", content_type="text/plain"))
