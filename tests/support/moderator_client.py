"""A moderator's browser session over HTTP."""

import re

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CHECKBOX = re.compile(r'name="comment" value="(\d+)"')


class ModeratorClient:
    """An HTTP client that logs in when it is created."""

    def __init__(self, site_url: str, username: str, password: str) -> None:
        self.client = httpx.Client(base_url=site_url, trust_env=False, timeout=30)
        self.post("/login/", self.client.get("/login/"), username=username, password=password)

    def post(self, path: str, page: httpx.Response, **fields: str | list[str]) -> None:
        """Submit a form with the CSRF token of `page`; raise RuntimeError unless it redirects."""
        token = TOKEN.findall(page.text)[0]
        response = self.client.post(path, data={"csrfmiddlewaretoken": token, **fields})
        if response.status_code != 302:
            raise RuntimeError(f"{path}: {response.status_code} {response.text[:300]}")

    def queue(self, **query: str | int) -> httpx.Response:
        """Return a page of the moderation queue; raise RuntimeError unless its status is 200."""
        page = self.client.get("/moderation/", params=query)
        if page.status_code != 200:
            raise RuntimeError(f"/moderation/: {page.status_code}")
        return page

    def act(self, action: str, *comment_ids: int) -> None:
        """Apply "approve", "reject", "spam" or "restore" to these comments."""
        ids = [str(pk) for pk in comment_ids]
        self.post("/moderation/act/", self.queue(), act=action, comment=ids)

    def approve_all(self) -> int:
        """Approve page after page until nothing is pending; return the number of comments."""
        approved = 0
        while ids := CHECKBOX.findall(self.queue().text):
            self.act("approve", *map(int, ids))
            approved += len(ids)
        return approved
