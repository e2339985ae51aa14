"""Where a process keeps its cached pages, never changed, in every encoding."""

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import brotli

MAX_BYTES = 20_000_000  # of one process: some 200 of the largest pages

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class CachedPage:
    """A page with its bodies and headers, and what it depends on."""

    version: str
    made_at: float  # seconds since the epoch; never served before, in case the clock is set back
    expires_at: float  # seconds since the epoch
    bodies: dict[str, tuple[bytes, Headers]]  # by content encoding; "" is uncompressed
    etags: dict[str, str]  # by content encoding
    headers_304: Headers  # the headers of a 304 response besides its ETag

    @property
    def size(self) -> int:
        """Return the approximate number of bytes in memory."""
        return sum(len(body) for body, _headers in self.bodies.values())

    def is_fresh(self, version: str | None) -> bool:
        """Return True if the page may be served while this is the current version."""
        return self.version == version and self.made_at <= time.time() < self.expires_at

    def respond(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer a WSGI request with the page, or with 304 if the client has it already."""
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and self.etags[encoding] in known:
            etag = ("ETag", self.etags[encoding])
            start_response("304 Not Modified", [*self.headers_304, etag])
            return []
        body, headers = self.bodies[encoding]
        # nginx counts whole seconds, so its copy expires at the end of the current one.
        start_response("200 OK", [*headers, ("X-Accel-Expires", f"@{int(time.time())}")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def compress(
    body: bytes, headers: Headers, version: str, made_at: float, expires_at: float
) -> CachedPage:
    """Return a page with its body in every encoding; `headers` must not contain its length."""
    digest = hashlib.sha256(body).hexdigest()[:20]
    encoded = {
        "": body,
        "gzip": gzip.compress(body, 6, mtime=0),
        "br": brotli.compress(body, quality=5),
    }
    etags = {encoding: f'"{digest}{encoding}"' for encoding in encoded}
    bodies = {}
    for encoding, data in encoded.items():
        own = [("ETag", etags[encoding]), ("Content-Length", str(len(data)))]
        if encoding:
            own.append(("Content-Encoding", encoding))
        bodies[encoding] = data, [*headers, *own]
    return CachedPage(version, made_at, expires_at, bodies, etags, headers)


class PageStore:
    """The cached pages of one process by key; the least recently used one is removed first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes, self.size = max_bytes, 0
        self.pages: OrderedDict[str, CachedPage] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: str) -> CachedPage | None:
        """Return the page with that key, whether it is still fresh or not."""
        with self.lock:
            page = self.pages.get(key)
            if page:
                self.pages.move_to_end(key)
            return page

    def put(self, key: str, page: CachedPage) -> None:
        """Store a page, and remove those of other versions, which will not be served again."""
        with self.lock:
            newest = next(reversed(self.pages.values()), page)
            if newest.version != page.version:
                self._clear()
            self._remove(key)
            self.pages[key] = page
            self.size += page.size
            while self.size > self.max_bytes:
                self._remove(next(iter(self.pages)))

    def clear(self) -> None:
        """Remove all pages."""
        with self.lock:
            self._clear()

    def _remove(self, key: str) -> None:
        if page := self.pages.pop(key, None):
            self.size -= page.size

    def _clear(self) -> None:
        self.pages.clear()
        self.size = 0


class KeyLocks:
    """A lock for each key, which exists as long as a thread holds it or waits for it."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.locks: dict[str, threading.Lock] = {}
        self.users: dict[str, int] = {}

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Wait until no other thread holds the key, then hold it."""
        with self.guard:
            lock = self.locks.setdefault(key, threading.Lock())
            self.users[key] = self.users.get(key, 0) + 1
        try:
            with lock:
                yield
        finally:
            with self.guard:
                self.users[key] -= 1
                if not self.users[key]:
                    del self.users[key], self.locks[key]


@lru_cache(maxsize=500)
def best_encoding(header: str) -> str:
    """Return the best encoding that an Accept-Encoding header allows; "" is uncompressed."""
    accepted = {}
    for offer in header.lower().split(","):
        name, _, quality = offer.partition(";")
        accepted[name.strip()] = not re.fullmatch(r"q=0(\.0*)?", quality.replace(" ", ""))
    return next((encoding for encoding in ("br", "gzip") if accepted.get(encoding)), "")
