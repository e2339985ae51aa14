"""Where this process keeps pages: ready to be sent, in every encoding, the least used ones first
to go. What is kept is never changed, so that it can be handed out without a copy."""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import brotli

ROOM = 20_000_000  # bytes of one process; some 200 of the largest pages

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """A page as it is kept: its bodies with their headers, and what it depends on."""

    generation: str
    made: float  # seconds since the epoch: before it the clock was set back, and nothing is sure
    until: float  # the same
    answers: dict[str, tuple[bytes, Headers]]  # by content encoding; "" is plain
    etags: dict[str, str]
    bare: Headers  # what a 304 says besides its ETag

    @property
    def size(self) -> int:
        """Bytes in memory, nearly."""
        return sum(len(body) for body, _headers in self.answers.values())

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The page as WSGI sends it to who asks, or 304 to who has it."""
        encoding = accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and self.etags[encoding] in known:
            start_response("304 Not Modified", [*self.bare, ("ETag", self.etags[encoding])])
            return []
        body, headers = self.answers[encoding]
        # For nginx, which counts whole seconds: to the end of this one, never a second in full.
        start_response("200 OK", [*headers, ("X-Accel-Expires", f"@{int(time.time())}")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def pressed(body: bytes, headers: Headers, generation: str, made: float, until: float) -> Page:
    """A page in every encoding; `headers` without those about its length."""
    digest = hashlib.sha256(body).hexdigest()[:20]
    bodies = {
        "": body,
        "gzip": gzip.compress(body, 6, mtime=0),
        "br": brotli.compress(body, quality=5),
    }
    etags = {encoding: f'"{digest}{encoding}"' for encoding in bodies}
    answers = {}
    for encoding, packed in bodies.items():
        own = [("ETag", etags[encoding]), ("Content-Length", str(len(packed)))]
        if encoding:
            own.append(("Content-Encoding", encoding))
        answers[encoding] = packed, [*headers, *own]
    return Page(generation, made, until, answers, etags, headers)


class Shelf:
    """The kept pages of one process, by key. Threads may use it at once."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.taken = room, 0
        self.pages: OrderedDict[str, Page] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: str) -> Page | None:
        """The page under that key, whether it is still right or not."""
        return self.pages.get(key)

    def put(self, key: str, page: Page) -> None:
        """Keeps a page. Those of another generation are of no use any more and make room."""
        with self.lock:
            newest = next(reversed(self.pages.values()), page)
            if newest.generation != page.generation:
                self.clear()
            self.remove(key)
            self.pages[key] = page
            self.taken += page.size
            while self.taken > self.room:
                self.remove(next(iter(self.pages)))

    def remove(self, key: str) -> None:
        if page := self.pages.pop(key, None):
            self.taken -= page.size

    def clear(self) -> None:
        self.pages.clear()
        self.taken = 0


@lru_cache(maxsize=500)
def accepted(header: str) -> str:
    """The best encoding that an Accept-Encoding header lets us use ("" is plain)."""
    offers = {}
    for offer in header.lower().split(","):
        name, _, quality = offer.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((encoding for encoding in ("br", "gzip") if offers.get(encoding)), "")
