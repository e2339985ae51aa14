"""Visitors who keep sending comments and reading pages while something breaks."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

import httpx

from tests.support.comment_sender import CommentSender

ATTEMPTS = 30
RETRY_SECONDS = 0.5
NO_RESPONSE = 0  # in place of a status
NUMBERS = itertools.count()  # no two objects of Traffic send the same comment


@dataclass(frozen=True)
class Response:
    """The outcome of one request; `returned_text` says that the page contains what was typed."""

    sent_at: float  # time.monotonic()
    status: int
    seconds: float
    returned_text: bool = False


class Traffic:
    """Senders and readers in threads, from entering the context until leaving it.

    Each comment is sent until it is accepted, as a person would: a response of 303 promises that
    the site keeps it, and what arrived twice must be stored once. A sender waits `pause` seconds
    between two comments.
    """

    def __init__(
        self, site_url: str, slugs: list[str], senders: int = 3, readers: int = 1, pause: float = 0
    ) -> None:
        self.site_url, self.slugs, self.pause = site_url, slugs, pause
        self.sent: list[Response] = []  # list.append is atomic
        self.read: list[Response] = []
        self.accepted: set[int] = set()  # numbers of comments
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.send, daemon=True) for _ in range(senders)]
        self.threads += [
            threading.Thread(target=self.read_pages, daemon=True) for _ in range(readers)
        ]

    def __enter__(self) -> "Traffic":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(90)

    def send(self) -> None:
        """Send one comment after another until the traffic ends."""
        sender = CommentSender(self.site_url)
        while not self.stopping.is_set():
            number = next(NUMBERS)
            for _attempt in range(ATTEMPTS):
                response = self.send_once(sender, number)
                self.sent.append(response)
                if response.status == 303:
                    self.accepted.add(number)
                    self.stopping.wait(self.pause)
                    break
                if self.stopping.wait(RETRY_SECONDS):
                    break
        sender.client.close()

    def send_once(self, sender: CommentSender, number: int) -> Response:
        """Send a comment once."""
        body, start = f"What I think of it, number {number} of many.", time.monotonic()
        try:
            response = sender.send(self.slugs[number % len(self.slugs)], number, body)
        except httpx.TransportError:
            return Response(start, NO_RESPONSE, time.monotonic() - start)
        seconds = time.monotonic() - start
        return Response(start, response.status_code, seconds, body in response.text)

    def read_pages(self) -> None:
        """Read the pages of the posts in turn until the traffic ends."""
        with httpx.Client(base_url=self.site_url, trust_env=False, timeout=60) as client:
            for slug in itertools.cycle(self.slugs):
                start = time.monotonic()
                try:
                    status = client.get(f"/reviews/{slug}/").status_code
                except httpx.TransportError:
                    status = NO_RESPONSE
                self.read.append(Response(start, status, time.monotonic() - start))
                if self.stopping.wait(0.05):
                    return


def between(responses: Iterable[Response], start: float, end: float) -> list[Response]:
    """Return the responses to requests that were in progress between two times."""
    return [one for one in responses if one.sent_at <= end and one.sent_at + one.seconds >= start]


def statuses(responses: Iterable[Response]) -> Counter[int]:
    """Return how many responses have each status."""
    return Counter(one.status for one in responses)


def refusals(responses: Iterable[Response]) -> list[Response]:
    """Return the responses to comments that were not accepted."""
    return [one for one in responses if one.status != 303]


def return_the_text(responses: Iterable[Response]) -> bool:
    """Return True if each response is a 503 page that contains the typed text."""
    return all(one.status == 503 and one.returned_text for one in responses)


def slowest(responses: Iterable[Response]) -> float:
    """Return the seconds of the slowest response."""
    return max((one.seconds for one in responses), default=0.0)


def longest_gap(responses: Iterable[Response]) -> float:
    """Return the longest time in seconds between two responses of 200."""
    times = sorted(one.sent_at + one.seconds for one in responses if one.status == 200)
    return max((after - before for before, after in itertools.pairwise(times)), default=0.0)
