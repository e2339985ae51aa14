"""Send comments at a steady rate, however slow the responses are."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles

import httpx

from bench import site
from tests.support.comment_sender import CommentSender

SENDERS = 32


@dataclass
class Load:
    """The seconds from the time at which each comment was due to its response, and the statuses."""

    seconds: list[float] = field(default_factory=list)  # list.append is atomic
    statuses: Counter[int] = field(default_factory=Counter)  # 0 means no response

    @property
    def p99(self) -> float:
        """Return the seconds within which 99 of 100 comments were answered."""
        return quantiles(self.seconds, n=100)[98]


def send_comments(slugs: list[str], rate: float, seconds: float, first: int) -> Load:
    """Send `rate` comments a second to the running site, starting with number `first`.

    A slow response does not delay the next comment, and the time that a comment waited for a free
    sender counts.
    """
    load, start = Load(), time.monotonic()
    numbers = iter(range(int(rate * seconds)))
    lock = threading.Lock()

    def work() -> None:
        sender = CommentSender(site.url())
        for number in locked(numbers, lock):
            due = start + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            status = send(sender, random.choice(slugs), first + number)
            load.seconds.append(time.monotonic() - due)
            with lock:
                load.statuses[status] += 1
        sender.client.close()

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def locked(numbers: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    """Yield from an iterator that several threads share."""
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def send(sender: CommentSender, slug: str, number: int) -> int:
    """Send a comment; return the status of the response, or 0 without one."""
    body = f"The rain in the second act is the best I have seen, number {number}."
    try:
        return sender.send(slug, number, body).status_code
    except httpx.TransportError:
        return 0
