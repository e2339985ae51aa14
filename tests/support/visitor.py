"""Somebody at a browser: a page, what went wrong on it, and questions that tests ask of it."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

# The rules that colours and widths can break; all others are the same in every light.
LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
NOT_FOUND = "Failed to load resource"  # what the console says of an answer of 400 or more


class Visitor:
    """A Playwright page that keeps its troubles, its requests and its last document."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.requests: list[Request] = []
        self.document: Response | None = None
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def go(self, path: str) -> Page:
        """Opens a page of the site."""
        self.page.goto(path)
        return self.page

    def _asked(self, request: Request) -> None:
        """Each document starts anew, and its redirects count with it."""
        if request.is_navigation_request() and not request.redirected_from:
            self.requests.clear()
        self.requests.append(request)

    def _said(self, message: ConsoleMessage) -> None:
        """Scripts that fail and a refusal by the content security policy are errors; that a
        document was refused, the test that asked for it knows."""
        own = message.text.startswith(NOT_FOUND) and message.location["url"] == self.page.url
        if message.type == "error" and not own:
            where = message.location["url"] or self.page.url
            self.troubles.append(f"{where}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.document = response

    def violations(self, *rules: str, within: str = "") -> list[str]:
        """What axe finds on the page, or `within` a part of it, by these rules or all of its own:
        rule, place and why."""
        options = {"resultTypes": ["violations"], "preload": False}
        if rules:
            options["runOnly"] = list(rules)
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            "([within, options]) => axe.run(within || document, options)", [within, options]
        )
        return [
            f"{rule['id']} at {node['target']}: {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")

    def spoken(self) -> str:
        """All that the accessibility tree holds: what a screen reader can come upon."""
        devtools = self.page.context.new_cdp_session(self.page)
        nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
        return " ".join(
            str(node["name"]["value"]) for node in nodes if not node["ignored"] and "name" in node
        )

    def focused(self) -> str:
        """A name for the element that has the focus: its id or field name, else its words."""
        return self.page.evaluate(
            "(({id, name, innerText, tagName}) => id || name || innerText || tagName)"
            "(document.activeElement)"
        )
