"""A visitor with a browser: a page, its errors, and checks of it."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

# The rules that depend on colours and widths; all others give the same result everywhere.
LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
NOT_FOUND = "Failed to load resource"  # what the console logs for a response of 400 or more


class Visitor:
    """A Playwright page that stores its errors, its requests and its last document."""

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
        """Open a page of the site."""
        self.page.goto(path)
        return self.page

    def _asked(self, request: Request) -> None:
        """Start a new list for each document, which includes its redirects."""
        if request.is_navigation_request() and not request.redirected_from:
            self.requests.clear()
        self.requests.append(request)

    def _said(self, message: ConsoleMessage) -> None:
        """Store errors of scripts and violations of the policy, but not failed documents."""
        own = message.text.startswith(NOT_FOUND) and message.location["url"] == self.page.url
        if message.type == "error" and not own:
            where = message.location["url"] or self.page.url
            self.troubles.append(f"{where}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.document = response

    def violations(self, *rules: str, within: str = "") -> list[str]:
        """Return what axe finds on the page, or `within` a part of it: rule, place and reason.

        Check these rules, or all of them.
        """
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
        """Return by how many pixels the page is wider than its window."""
        return self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")

    def spoken(self) -> str:
        """Return the text of the accessibility tree: what a screen reader can find."""
        devtools = self.page.context.new_cdp_session(self.page)
        nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
        return " ".join(
            str(node["name"]["value"]) for node in nodes if not node["ignored"] and "name" in node
        )

    def focused(self) -> str:
        """Return a name for the element with the focus: its id, its field name, or its text."""
        return self.page.evaluate(
            "(({id, name, innerText, tagName}) => id || name || innerText || tagName)"
            "(document.activeElement)"
        )
