"""A moderator's browser session over HTTP."""

import re

import httpx

CHECKBOX = re.compile(r'name="comment" value="(\d+)"')


class ModeratorClient:
    """An HTTP client that logs in when it is created."""

    def __init__(self, site_url: str, username: str, password: str) -> None:
        self.client = httpx.Client(base_url=site_url, trust_env=False, timeout=30)
        self.client.get("/login/").raise_for_status()
        self.post("/login/", username=username, password=password)

    def post(self, path: str, **fields: str | list[str]) -> None:
        """Submit a form with the session's CSRF token; raise RuntimeError unless it redirects."""
        token = self.client.cookies["csrftoken"]
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
        self.post("/moderation/act/", act=action, comment=ids)

    def approve_all(self) -> int:
        """Approve page after page until nothing is pending; return the number of comments."""
        approved = 0
        while ids := CHECKBOX.findall(self.queue().text):
            self.act("approve", *map(int, ids))
            approved += len(ids)
        return approved
