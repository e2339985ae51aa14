"""A crowd of readers: they send comments through the form, and read all pages of all posts."""

import ipaddress
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape

import httpx

from bench.corpus import Sample
from bench.table import say

AT_ONCE = 8
MOST_SAID = 50  # refusals that are printed
NO_ANSWER = 0  # in the place of a status
# RFC 2544: set aside for benchmarks, so that they are nobody's.
ADDRESSES = ipaddress.ip_network("198.18.0.0/15")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ERROR = re.compile(r'<p class="error">(.*?)</p>', re.DOTALL)
LINE_END = re.compile(r"\r\n|\r|\n")
COMMENT_ID = re.compile(r'id="comment-(\d+)"')


@dataclass(frozen=True)
class Submission:
    """A sample on its way to a post. The address is its own, and tells the stand-in its label."""

    sample: Sample
    slug: str
    number: int

    @property
    def address(self) -> str:
        return str(ADDRESSES[self.number + 1])


@dataclass(frozen=True)
class Taken:
    """What came back: the status, how long it took, and of a refusal the reason."""

    submission: Submission
    status: int
    seconds: float
    reason: str


class Readers:
    """Readers of the site at `address`; several at once."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def post(self, submission: Submission) -> httpx.Response:
        """One comment, as a browser sends the form, through a proxy that adds the address."""
        sample, page = submission.sample, f"/reviews/{submission.slug}/"
        fields = {
            "name": sample.name,
            "email": f"reader-{submission.number}@example.com",
            "website": sample.website,
            "body": LINE_END.sub("\r\n", sample.body),
            "subject": "",
        }
        headers = {
            "Sec-Fetch-Site": "same-origin",
            "Origin": self.address,
            "Referer": self.address + page,
            "User-Agent": BROWSER,
            "X-Forwarded-For": submission.address,
        }
        return self.client.post(f"{page}comments/", data=fields, headers=headers)

    def send(self, submission: Submission) -> Taken:
        """One comment, and what came of it."""
        start = time.perf_counter()
        try:
            answer = self.post(submission)
        except httpx.TransportError as error:
            return Taken(submission, NO_ANSWER, time.perf_counter() - start, repr(error))
        seconds = time.perf_counter() - start
        return Taken(submission, answer.status_code, seconds, reason(answer))

    def send_all(self, submissions: list[Submission]) -> list[Taken]:
        """All of them, several at once."""
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            return list(crowd.map(self.send, submissions))

    def pages(self, slugs: list[str]) -> dict[str, str]:
        """Every page of every post's comments, by its address."""
        found = {}
        for slug in slugs:
            number, path = 1, f"/reviews/{slug}/"
            while (answer := self.client.get(path)).status_code == 200:
                found[path] = answer.text
                number += 1
                path = f"/reviews/{slug}/?comments={number}"
            if answer.status_code != 404 or number == 1:
                raise RuntimeError(f"{path} answered {answer.status_code}")
        return found


def reason(answer: httpx.Response) -> str:
    """Why a comment was refused, in the page's words."""
    if answer.status_code == 303:
        return ""
    said = [unescape(" ".join(text.split())) for text in ERROR.findall(answer.text)]
    return " ".join(said) or answer.text[:100]


def say_refusals(taken: list[Taken]) -> None:
    """The first comments that were not taken, with the page's reasons."""
    for one in [one for one in taken if one.status != 303][:MOST_SAID]:
        say(f"{one.status}: {one.reason} {one.submission.sample!r:.300}")


def shown(pages: dict[str, str]) -> list[int]:
    """The ids of the comments that pages show, as often as they do."""
    return [int(pk) for page in pages.values() for pk in COMMENT_ID.findall(page)]
