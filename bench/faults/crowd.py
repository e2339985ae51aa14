"""People who go on while something breaks: they send comments again and again, and read pages."""

import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass
from types import TracebackType

import httpx

from bench.corpus import Sample
from bench.reader import NO_ANSWER, Readers, Submission

TRIES = 30
NUMBERS = itertools.count()  # no two crowds send the same
AGAIN_AFTER = 0.5  # seconds until somebody sends once more what was not taken


@dataclass(frozen=True)
class Answer:
    """To one request: when it was sent, what came, how long it took, whether the text was in it."""

    at: float
    number: int
    status: int
    seconds: float
    gave_back: bool


class Crowd:
    """At work from entering the context until leaving it.

    Each comment is sent until it is taken, as a person would: what the site answered with 303 it
    has promised to keep, and what it got twice it must have once. A sender waits `pause` seconds
    between two.
    """

    def __init__(
        self, address: str, slugs: list[str], senders: int = 3, readers: int = 1, pause: float = 0
    ) -> None:
        self.address, self.slugs, self.pause = address, slugs, pause
        self.sent: list[Answer] = []  # list.append is atomic
        self.read: list[Answer] = []
        self.taken: set[int] = set()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.send, daemon=True) for _ in range(senders)]
        self.threads += [threading.Thread(target=self.look, daemon=True) for _ in range(readers)]

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(90)

    def send(self) -> None:
        people = Readers(self.address)
        while not self.over.is_set():
            number = next(NUMBERS)
            submission = Submission(sample(number), self.slugs[number % len(self.slugs)], number)
            for _try in range(TRIES):
                answer = self.ask(people, submission)
                self.sent.append(answer)
                if answer.status == 303:
                    self.taken.add(number)
                    self.over.wait(self.pause)
                    break
                if self.over.wait(AGAIN_AFTER):
                    return

    def ask(self, people: Readers, submission: Submission) -> Answer:
        start = time.monotonic()
        try:
            response = people.post(submission)
        except httpx.TransportError:
            return Answer(start, submission.number, NO_ANSWER, time.monotonic() - start, False)
        seconds = time.monotonic() - start
        gave_back = submission.sample.body in response.text
        return Answer(start, submission.number, response.status_code, seconds, gave_back)

    def look(self) -> None:
        """Reads the same pages again and again, so that they are kept; later visits too."""
        client = httpx.Client(base_url=self.address, trust_env=False, timeout=60)
        for slug in itertools.cycle(self.slugs):
            start = time.monotonic()
            try:
                status = client.get(f"/reviews/{slug}/").status_code
            except httpx.TransportError:
                status = NO_ANSWER
            self.read.append(Answer(start, 0, status, time.monotonic() - start, False))
            if self.over.wait(0.05):
                return


def sample(number: int) -> Sample:
    return Sample(f"Reader {number}", "", f"What I think of it, number {number} of many.", False)


def between(answers: list[Answer], start: float, end: float) -> list[Answer]:
    """The answers to requests that were under way in this time."""
    return [one for one in answers if one.at <= end and one.at + one.seconds >= start]


def counted(answers: list[Answer]) -> str:
    """How many of each status, as a table says it."""
    by_status = Counter(one.status for one in answers)
    return ", ".join(
        f"{number} x {status or 'none'}" for status, number in sorted(by_status.items())
    )


def longest(answers: list[Answer]) -> float:
    """The seconds of the slowest answer."""
    return max((one.seconds for one in answers), default=0.0)


def longest_gap(answers: list[Answer], fine: int) -> float:
    """The longest time in seconds between two answers with the status `fine`."""
    times = [one.at + one.seconds for one in answers if one.status == fine]
    return max((after - before for before, after in itertools.pairwise(sorted(times))), default=0.0)
