"""The page cache: readers' pages kept whole, asked before Django's own machinery.

Every change that readers can see calls `changed()` in its transaction. A page is kept under the
generation that was read *before* it was rendered, and served only while that is still the
generation, so no process can keep or revive an old page. What time alone changes (the next
scheduled post, the closing of comments) a page says itself, by `limit(request, until)`.
"""

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakValueDictionary

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import get_path_info
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve

from pagecache.version import generation
from blog.models import Generation
from pagecache.store import Page, Shelf, pressed

# The pages that may be kept, and the parameters each knows; any other parameter is ignored.
PAGES: tuple[tuple[re.Pattern[str], set[str]], ...] = (
    (re.compile(r"/"), {"page"}),
    (re.compile(r"/reviews/[^/]+/"), {"comments"}),
    (re.compile(r"/privacy/"), set()),
    (re.compile(r"/tags/([^/]+/)?|/works/([^/]+/)?|/scores/\d+/|/spoiler-free/"), {"page"}),
    (re.compile(r"/archive/\d+/(\d+/)?"), {"page"}),
    (re.compile(r"/archive/|/scores/"), set()),
    (re.compile(r"(/tags/[^/]+|/reviews/[^/]+|/comments)?/feed/(atom/)?"), set()),
    (re.compile(r"/sitemap\.xml|/sitemap-[a-z]+-\d+\.xml|/robots\.txt"), set()),
    (re.compile(r"/\.well-known/security\.txt"), set()),
)
STANDING = re.compile(r"/[^/]+/")
UNTIL = "Verdict-Until"  # a header between `keep` and `PageCache`, never sent on
LIMIT = "page_limit"  # what `limit` leaves on the request for `keep`
A_DAY = 24 * 3600

shelf = Shelf()  # of this process

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def changed() -> None:
    """Makes every page that was kept so far old, in every process, when the transaction commits."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("pages.changed() belongs in a transaction")
    Generation.objects.bulk_create(
        [Generation(pk=1, token=secrets.token_hex(16))],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["token"],
    )


def limit(request: HttpRequest, until: datetime | None) -> None:
    """Says, while a page is made, that time will change it at `until` (aware); None: never."""
    if until:
        setattr(request, LIMIT, min(until.timestamp(), getattr(request, LIMIT, until.timestamp())))


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lets a page be kept, for a day at most and within its limits; returns the response."""
    response[UNTIL] = str(getattr(request, LIMIT, time.time() + A_DAY))
    return response


class PageCache:
    """WSGI: answers from the kept pages, and keeps what the application lets it keep."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.locks: WeakValueDictionary[str, Any] = WeakValueDictionary()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = key_of(environ)
        if key is None:
            return self.application(environ, start_response)
        if page := find(key):
            return page.answer(environ, start_response)
        with self.locks.setdefault(key, threading.Lock()):  # one render of one page at a time
            if page := find(key):
                return page.answer(environ, start_response)
            return self.render(key, environ, start_response)

    def render(
        self, key: str, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        before, made = generation() or begin(), time.time()
        response = Captured(self.application, environ)
        if response.until and before:
            page = response.page(before, made)
            if generation() == before:  # else nobody would ever be given it
                shelf.put(key, page)
                cache.set(shared_key(key), page, A_DAY)
            return page.answer(environ, start_response)
        start_response(response.status, response.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


class Captured:
    """What the application answers to a request for a page, read to its end."""

    def __init__(self, application: Application, environ: Environ) -> None:
        self.status, self.headers = "", list[tuple[str, str]]()
        asked = {"REQUEST_METHOD": "GET", "QUERY_STRING": urlencode(parameters(environ))}
        parts = application({**environ, **asked}, self.start_response)
        try:
            self.body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        found = [value for name, value in self.headers if name == UNTIL]
        self.until = float(found[0]) if found and self.is_for_everyone() else None
        self.headers = [(name, value) for name, value in self.headers if name != UNTIL]

    def start_response(self, status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        self.status, self.headers = status, headers

    def is_for_everyone(self) -> bool:
        """Found, whole, and made without a look at who asks."""
        names = {name.lower(): value.lower() for name, value in self.headers}
        return (
            self.status.startswith("200")
            and "set-cookie" not in names
            and "cookie" not in names.get("vary", "")
        )

    def page(self, before: str, made: float) -> Page:
        assert self.until is not None  # noqa: S101  (asked by the caller)
        own = {"vary", "cache-control", "content-length"}
        headers = [(name, value) for name, value in self.headers if name.lower() not in own]
        # Browsers ask each time and mostly hear 304; a proxy may answer for one second.
        shared = [("Cache-Control", "no-cache, s-maxage=1"), ("Vary", "Accept-Encoding")]
        return pressed(self.body, [*headers, *shared], before, made, self.until)


def begin() -> str | None:
    """Writes the first generation of a new database; None where it can't be written now."""
    try:
        with transaction.atomic():
            changed()
    except DatabaseError:
        return None
    return generation()


def find(key: str) -> Page | None:
    """The page kept under `key`, if it is still right: by this process, or by another one that
    shares a Redis with it."""
    now = generation()
    page = shelf.get(key)
    if page is None or page.generation != now:
        page = cache.get(shared_key(key))
        if page and page.generation == now:
            shelf.put(key, page)
    if page and page.generation == now and page.made <= time.time() < page.until:
        return page
    return None


def shared_key(key: str) -> str:
    """A key as the cache of all processes takes it: short, of plain signs."""
    return "page:" + hashlib.sha256(key.encode()).hexdigest()


def is_known(path: str) -> bool:
    """Whether a path is one of the pages that may be kept."""
    return known_parameters(path) is not None


@lru_cache(maxsize=2000)
def known_parameters(path: str) -> set[str] | None:
    """The parameters that the page at a path knows; None if no page there may be kept."""
    for pattern, known in PAGES:
        if pattern.fullmatch(path):
            return known
    return set() if is_standing(path) else None


def is_standing(path: str) -> bool:
    """Whether a path may lead to a standing page: these have what no other address needs."""
    try:
        return bool(STANDING.fullmatch(path)) and resolve(path).url_name == "page"
    except Resolver404:
        return False


def key_of(environ: Environ) -> str | None:
    """Under what a request's page is kept; None where nothing ever is."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    if not is_known(get_path_info(environ)) or not is_our_host(environ):
        return None
    # Plain http may have to be redirected to https: its pages are others.
    key = f"{environ['wsgi.url_scheme']}:{environ['PATH_INFO']}"
    known = parameters(environ)
    return f"{key}?{urlencode(known)}" if known else key


def is_our_host(environ: Environ) -> bool:
    """Whether a request asks this site; Django refuses the others, also where a page is kept."""
    asked = str(environ.get("HTTP_HOST", environ["SERVER_NAME"]))
    return is_allowed(asked, *settings.ALLOWED_HOSTS)


@lru_cache(maxsize=500)
def is_allowed(host: str, *allowed: str) -> bool:
    return validate_host(split_domain_port(host)[0], allowed)


def parameters(environ: Environ) -> list[tuple[str, str]]:
    """The parameters that the page knows, in one order."""
    if not environ.get("QUERY_STRING"):
        return []
    known = known_parameters(get_path_info(environ)) or set()
    asked = dict(parse_qsl(environ["QUERY_STRING"]))  # of one name the last, as Django reads it
    return sorted((name, value) for name, value in asked.items() if name in known)
