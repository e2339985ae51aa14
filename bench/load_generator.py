"""A crowd that sends comments at a steady rate, whether they are answered or not."""

import http.client
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode, urlsplit

SENDERS = 64
numbers = itertools.count(1)  # of all comments of this process


@dataclass
class Sent:
    """What came of a number of comments: seconds from when each was due, and the statuses."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        """The time within which 99 of 100 were answered."""
        return quantiles(self.seconds, n=100)[98]


def send(site: str, slugs: list[str], rate: float, seconds: float) -> Sent:
    """So many comments a second, for so long, spread over these posts. Each is sent when its time
    comes: a slow answer does not put off the next one, and its waiting counts."""
    sent, start = Sent(), time.monotonic()
    due = iter([start + number / rate for number in range(int(rate * seconds))])
    lock = threading.Lock()
    senders = [
        threading.Thread(target=work, args=[site, slugs, due, lock, sent]) for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sent


def work(
    site: str, slugs: list[str], due: Iterator[float], lock: threading.Lock, sent: Sent
) -> None:
    """One of the crowd, with a connection of its own."""
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    while True:
        with lock:
            at = next(due, None)
        if at is None:
            connection.close()
            return
        time.sleep(max(0.0, at - time.monotonic()))
        status = post(connection, random.choice(slugs))
        sent.seconds.append(time.monotonic() - at)
        sent.statuses[status] += 1


def post(connection: http.client.HTTPConnection, slug: str) -> int:
    """One comment, from a person and an address that nobody else has; the status of the answer."""
    number = next(numbers)
    fields = {
        "name": f"Reader {number}",
        "email": f"reader-{number}@example.com",
        "website": "",
        "subject": "",
        "body": f"The rain in the second act is the best I have seen, number {number}.",
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": f"198.18.{number // 250 % 250}.{number % 250}",
    }
    try:
        connection.request("POST", f"/reviews/{slug}/comments/", urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return answer.status
