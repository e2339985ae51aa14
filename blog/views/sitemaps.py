"""What crawlers are told: which pages there are, and where they need not go.

https://www.sitemaps.org/protocol.html; the views of `django.contrib.sitemaps` ask the Site row for
the site's address, but ours is `SITE_URL`, and its templates take ten times as long.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from blog import reading
from blog.models import Page, Post, Tag, Work, is_out
from blog.paths import path_of
from blog.questions import Question
from pagecache.decorators import expire_at, public_page

LIMIT = 2_000  # of a section in a file: made within a quarter of a second; 50,000 it may hold
XML = "application/xml; charset=utf-8"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

# What readers may find, by the name of its file: the name of its pattern, and what it is.
SECTIONS: dict[str, tuple[str, Any]] = {
    "posts": ("post", Post),
    "pages": ("page", Page),
    "works": ("work", Work),
    "tags": ("tag", Tag),
}
Url = tuple[str, datetime | None]  # a page's path, and when it changed last


@public_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages in one file, or, where a section is too long for that, the list of the files."""
    limit(request)
    lengths = {name: files(name) for name in SECTIONS}
    if any(length > 1 for length in lengths.values()):
        names = ((name, n + 1) for name, length in lengths.items() for n in range(length))
        listed = (reverse("sitemap_file", args=[name, number]) for name, number in names)
        return answer(request, "sitemapindex", "sitemap", ((path, None) for path in listed))
    found = [urls(name, 1) for name in SECTIONS]
    last = max((at for _path, at in chain.from_iterable(found) if at), default=None)
    home = (reverse("home"), last)
    return answer(request, "urlset", "url", chain([home], *found))


@public_page()
def sitemap_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One file of a section, counted from 1."""
    limit(request)
    if name not in SECTIONS or not 0 < number <= files(name):
        raise Http404
    return answer(request, "urlset", "url", urls(name, number))


def limit(request: HttpRequest) -> None:
    """A sitemap changes when the next scheduled post or page comes out."""
    expire_at(request, reading.next_change())
    expire_at(request, Page.objects.scheduled().aggregate(at=Min("published_at"))["at"])


def files(name: str) -> int:
    """How many files a section fills; one also if it is empty. A file has room for so many works or
    tags, and names those that have posts."""
    model = SECTIONS[name][1]
    found = model.objects.published() if model in (Post, Page) else model.objects
    return max(1, ceil(found.count() / LIMIT))


def urls(name: str, number: int) -> list[Url]:
    """The pages in one file of a section."""
    kind, model = SECTIONS[name]
    ask = texts if model in (Post, Page) else found_by
    rows = ask(timezone.now(), model=model, first=(number - 1) * LIMIT, size=LIMIT)
    return [(path_of(kind, slug), max(out, changed)) for slug, out, changed in rows]


@Question
def texts(now: datetime, *, model: Any, first: int, size: int):  # type: ignore[no-untyped-def]
    """Posts or standing pages: their slugs, when they came out and when they were saved last."""
    found = model.objects.published(now).order_by("-published_at", "-pk")
    return found.values_list("slug", "published_at", "updated_at")[first : first + size]


@Question
def found_by(now: datetime, *, model: Any, first: int, size: int):  # type: ignore[no-untyped-def]
    """Works or tags that have posts: their slugs, and the same of the newest of these."""
    some = model.objects.order_by("pk").values("pk")[first : first + size]
    found = model.objects.filter(is_out("posts__", now), pk__in=some).order_by("pk")
    dated = found.annotate(out=Max("posts__published_at"), changed=Max("posts__updated_at"))
    return dated.values_list("slug", "out", "changed")


def answer(request: HttpRequest, root: str, entry: str, found: Iterable[Url]) -> HttpResponse:
    """A file of addresses as a page that may be kept. Paths are percent-encoded: what XML would
    have to escape is not among them but for "&" and "'" of a slug, which no slug holds."""
    entries = (
        f"<{entry}><loc>{settings.SITE_URL}{path}</loc>"
        + (f"<lastmod>{localtime(at).date()}</lastmod>" if at else "")
        + f"</{entry}>\n"
        for path, at in found
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {NAMESPACE}>\n'
    text = f"{head}{''.join(entries)}</{root}>\n"
    return HttpResponse(text, content_type=XML)


@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may see whatever readers may find; the rest is forms, tools and receipts."""
    return render(request, "robots.txt", content_type="text/plain")
