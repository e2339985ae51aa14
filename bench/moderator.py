"""A moderator at work: logs in, looks at the queue, approves a whole page at a time."""

import re
import time

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TICK_BOX = re.compile(r'name="comment" value="(\d+)"')


class Moderator:
    """Logged in from the start."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=30)
        self.post("/login/", self.client.get("/login/"), username=name, password=password)

    def post(self, path: str, page: httpx.Response, **fields: str | list[str]) -> None:
        """Sends a form that stands in `page`; RuntimeError unless it was taken."""
        token = TOKEN.findall(page.text)[0]
        answer = self.client.post(path, data={"csrfmiddlewaretoken": token, **fields})
        if answer.status_code != 302:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")

    def queue(self, number: int = 1) -> tuple[httpx.Response, float]:
        """A page of what is pending, and the seconds that it took."""
        start = time.perf_counter()
        page = self.client.get("/moderation/", params={"page": number} if number > 1 else None)
        seconds = time.perf_counter() - start
        if page.status_code != 200:
            raise RuntimeError(f"The queue answered {page.status_code}.")
        return page, seconds

    def approve_all(self) -> tuple[int, list[float]]:
        """Approves page after page until nothing waits; how many, and the seconds of each act."""
        approved, times = 0, []
        page, _seconds = self.queue()
        while ids := TICK_BOX.findall(page.text):
            start = time.perf_counter()
            self.post("/moderation/act/", page, act="approve", seen="pending", comment=ids)
            times.append(time.perf_counter() - start)
            approved += len(ids)
            page, _seconds = self.queue()
        return approved, times
