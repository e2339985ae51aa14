"""The page cache: readers' pages kept whole, asked before Django's own machinery.

Every change that readers can see calls `changed()` in its transaction. A page is kept under the
generation that was read *before* it was rendered, and served only while that is still the
generation, so no process can keep or revive an old page. What time alone changes (the next
scheduled post, the closing of comments) a page says itself, by `limit(request, until)`.
"""

import gzip
import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakValueDictionary

import brotli
from django.core.cache import cache
from django.core.handlers.wsgi import get_path_info
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from blog.models import Generation

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
)
STANDING = re.compile(r"/[^/]+/")
UNTIL = "Verdict-Until"  # a header between `keep` and `PageCache`, never sent on
LIMIT = "page_limit"  # what `limit` leaves on the request for `keep`
A_DAY = 24 * 3600

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


def generation() -> str | None:
    """The present generation; None while there is none or the database does not answer."""
    for _attempt in range(2):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT token FROM blog_generation WHERE id = 1")
                row = cursor.fetchone()
        except DatabaseError:
            connection.close()  # the server may have gone and come back: once more, anew
        else:
            return row[0] if row else None
    return None


def limit(request: HttpRequest, until: datetime | None) -> None:
    """Says, while a page is made, that time will change it at `until` (aware); None: never."""
    if until:
        setattr(request, LIMIT, min(until.timestamp(), getattr(request, LIMIT, until.timestamp())))


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lets a page be kept, for a day at most and within its limits; returns the response."""
    response[UNTIL] = str(getattr(request, LIMIT, time.time() + A_DAY))
    return response


@dataclass(frozen=True)
class Page:
    """A page as it is kept: its body in every encoding, and what it depends on."""

    generation: str
    until: float  # seconds since the epoch
    headers: list[tuple[str, str]]
    bodies: dict[str, bytes]  # by content encoding; "" is plain
    digest: str

    def answer(self, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        encoding = accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = self.bodies[encoding]
        etag = f'"{self.digest}{encoding}"'
        headers = [*self.headers, ("ETag", etag)]
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return []
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """WSGI: answers from the kept pages, and keeps what the application lets it keep."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.locks: WeakValueDictionary[str, Any] = WeakValueDictionary()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = key_of(environ)
        if key is None:
            return self.application(environ, start_response)
        page = find(key)
        if page:
            return page.answer(environ, start_response)
        with self.locks.setdefault(key, threading.Lock()):  # one render of one page at a time
            page = find(key)
            if page:
                return page.answer(environ, start_response)
            return self.render(key, environ, start_response)

    def render(
        self, key: str, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        before = generation() or begin()
        response = Captured(self.application, environ)
        if response.until and before:
            page = response.page(before)
            cache.set(key, page, A_DAY)
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

    def page(self, before: str) -> Page:
        assert self.until is not None  # noqa: S101  (asked by the caller)
        own = {"vary", "cache-control", "content-length"}
        headers = [(name, value) for name, value in self.headers if name.lower() not in own]
        return Page(
            generation=before,
            until=self.until,
            # Browsers ask each time and mostly hear 304; a proxy may answer for one second.
            headers=[
                *headers,
                ("Cache-Control", "no-cache, s-maxage=1"),
                ("Vary", "Accept-Encoding"),
            ],
            bodies={
                "": self.body,
                "gzip": gzip.compress(self.body, 6, mtime=0),
                "br": brotli.compress(self.body, quality=5),
            },
            digest=hashlib.sha256(self.body).hexdigest()[:20],
        )


def begin() -> str | None:
    """Writes the first generation of a new database; None where it can't be written now."""
    try:
        with transaction.atomic():
            changed()
    except DatabaseError:
        return None
    return generation()


def find(key: str) -> Page | None:
    """The page kept under `key`, if it is still right."""
    page: Page | None = cache.get(key)
    if page and time.time() < page.until and page.generation == generation():
        return page
    return None


def is_known(path: str) -> bool:
    """Whether a path is one of the pages that may be kept."""
    return any(pattern.fullmatch(path) for pattern, _known in PAGES) or is_standing(path)


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
    if not is_known(get_path_info(environ)):
        return None
    # Plain http may have to be redirected to https: its pages are others.
    asked = f"{environ['wsgi.url_scheme']}:{environ['PATH_INFO']}?{urlencode(parameters(environ))}"
    return "page:" + hashlib.sha256(asked.encode()).hexdigest()


def parameters(environ: Environ) -> list[tuple[str, str]]:
    """The parameters that the page knows, in one order."""
    path = environ["PATH_INFO"]
    known = next((known for pattern, known in PAGES if pattern.fullmatch(path)), set())
    if not known or not environ.get("QUERY_STRING"):
        return []
    asked = dict(parse_qsl(environ["QUERY_STRING"]))  # of one name the last, as Django reads it
    return sorted((name, value) for name, value in asked.items() if name in known)


def accepted(header: str) -> str:
    """The best encoding that an Accept-Encoding header lets us use ("" is plain)."""
    offers = {}
    for offer in header.lower().split(","):
        name, _, quality = offer.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((encoding for encoding in ("br", "gzip") if offers.get(encoding)), "")
