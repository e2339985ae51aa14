"""WSGI middleware that answers with cached pages before Django is asked."""

import hashlib
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from pagecache.decorators import A_DAY, EXPIRES_HEADER, cache_params
from pagecache.store import CachedPage, KeyLocks, PageStore, compress
from pagecache.version import create_version, current_version, rendering

# Browsers revalidate each time and mostly get 304; a proxy may serve the page for one second.
CACHE_HEADERS = [("Cache-Control", "no-cache, s-maxage=1"), ("Vary", "Accept-Encoding")]
# Response headers that do not belong to the page, or are set again for the cached one.
REPLACED = {"vary", "cache-control", "content-length", "x-request-id", EXPIRES_HEADER.lower()}

store = PageStore()  # of this process

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class PageCacheMiddleware:
    """Answer from the cached pages, and cache what the application marked as cacheable."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.locks = KeyLocks()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = page_key(environ)
        if key is None:
            return self.application(environ, start_response)
        if page := lookup(key, current_version()):
            return page.respond(environ, start_response)
        with self.locks.hold(
            key
        ):  # threads that wait here then find the page that the first one made
            version = current_version() or create_version()
            if page := lookup(key, version):
                return page.respond(environ, start_response)
            return self.render(key, version, environ, start_response)

    def render(
        self, key: str, version: str | None, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let the application make a page, and cache it with the version that was read before."""
        made_at = time.time()
        with rendering(version):
            response = CapturedResponse(self.application, environ)
        expires_at = response.expires_at
        if version is None or expires_at is None:
            return response.send(environ, start_response)
        headers = [*response.headers_except(REPLACED), *CACHE_HEADERS]
        page = compress(response.body, headers, version, made_at, expires_at)
        if current_version() == version:  # otherwise it would never be served
            store.put(key, page)
            cache.set(shared_key(key), page, A_DAY)
        return page.respond(environ, start_response)


class CapturedResponse:
    """The application's whole response to a request for a public page."""

    def __init__(self, application: Application, environ: Environ) -> None:
        self.status, self.headers = "", list[tuple[str, str]]()
        query = {"REQUEST_METHOD": "GET", "QUERY_STRING": urlencode(known_query(environ))}
        parts = application({**environ, **query}, self.start_response)
        try:
            self.body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()

    def start_response(self, status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        self.status, self.headers = status, headers

    @property
    def expires_at(self) -> float | None:
        """Return until when (in epoch seconds) a found page for everyone is right, or None."""
        names = {name.lower(): value for name, value in self.headers}
        expires = names.get(EXPIRES_HEADER.lower())
        is_for_everyone = (
            "set-cookie" not in names and "cookie" not in names.get("vary", "").lower()
        )
        if expires is None or not self.status.startswith("200") or not is_for_everyone:
            return None
        return float(expires)

    def headers_except(self, names: set[str]) -> list[tuple[str, str]]:
        """Return the headers whose lower-case names are not among these."""
        return [(name, value) for name, value in self.headers if name.lower() not in names]

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request with the response as it is."""
        start_response(self.status, self.headers_except({EXPIRES_HEADER.lower()}))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def lookup(key: str, version: str | None) -> CachedPage | None:
    """Return the fresh page with a key and a version, from this process or from a shared Redis."""
    page = store.get(key)
    if page is None or page.version != version:
        page = cache.get(shared_key(key))
        if page and page.version == version:
            store.put(key, page)
    return page if page and page.is_fresh(version) else None


def shared_key(key: str) -> str:
    """Return a key for the cache that processes share: short, and of plain characters."""
    return "cached-page:" + hashlib.sha256(key.encode()).hexdigest()


def page_key(environ: Environ) -> str | None:
    """Return the key of the public page that a request asks for; None for any other request."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or cache_params(path_of(environ)) is None:
        return None
    name, port = environ["SERVER_NAME"], environ["SERVER_PORT"]
    if not is_allowed_host(environ.get("HTTP_HOST"), name, port):
        return None  # let Django refuse it
    # Over plain HTTP, Django may have to redirect the request instead.
    key = f"{environ['wsgi.url_scheme']}:{environ['PATH_INFO']}"
    query = known_query(environ)
    return f"{key}?{urlencode(query)}" if query else key


def path_of(environ: Environ) -> str:
    """Return the path of a request as text; WSGI passes its bytes on as Latin-1 (PEP 3333)."""
    path: str = environ.get("PATH_INFO") or "/"
    return path.encode("latin-1").decode("utf-8", "replace")


@lru_cache(maxsize=500)
def is_allowed_host(host: str | None, server_name: str, port: str) -> bool:
    """Return True if Django would accept a request for this host (ALLOWED_HOSTS)."""
    request = HttpRequest()
    request.META = {"SERVER_NAME": server_name, "SERVER_PORT": port}
    if host is not None:
        request.META["HTTP_HOST"] = host
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def known_query(environ: Environ) -> list[tuple[str, str]]:
    """Return the query parameters that the page knows, sorted by name."""
    if not environ.get("QUERY_STRING"):
        return []
    params = cache_params(path_of(environ)) or frozenset()
    query = dict(parse_qsl(environ["QUERY_STRING"]))  # the last of one name, as Django reads it
    return sorted((name, value) for name, value in query.items() if name in params)
