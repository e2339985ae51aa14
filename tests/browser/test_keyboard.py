"""Everything can be reached with Tab in the order of the page, and the focus is always visible."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.sample_site import Stage
from tests.support.visitor import Visitor

# The visible elements that can have the focus, in the order of the document.
REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex='0']"
)].filter(element => element.tabIndex >= 0 && element.checkVisibility({visibilityProperty: true}))
"""
NAMES = f"() => ({REACHABLE})().map(element => element.outerHTML)"
FOCUSED = "document.activeElement.outerHTML"
# The style of the element with and without the focus. The ring of a card is around its `::after`.
LOOK = """() => {
    const look = () => JSON.stringify([null, "::after"].map((part) => {
        const {outlineStyle, outlineWidth, outlineColor, boxShadow, inlineSize, clipPath} =
            getComputedStyle(element, part);
        return [
            outlineStyle, outlineStyle === "none" || [outlineWidth, outlineColor],
            boxShadow, inlineSize, clipPath,
        ];
    }));
    const element = document.activeElement, focused = look();
    element.blur();
    const blurred = look();
    element.focus();
    return focused !== blurred;
}"""


@pytest.fixture
def stage(site: str, ada: Any, mo: Any) -> Stage:
    return Stage(ada, mo)


def walk(page: Page) -> tuple[list[str], list[str]]:
    """Tab through the page; return what had the focus, in order, and what did not show it."""
    order, unseen = [], []
    for _press in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here.startswith("<body"):
            return order, unseen
        order.append(here)
        if not page.evaluate(LOOK):
            unseen.append(here)
    pytest.fail("there is no way out of the page")


@pytest.mark.parametrize("where", ["post", "queue"])
def test_tab_reaches_everything_in_order_with_a_visible_focus(
    visit: Callable[..., Visitor], stage: Stage, where: str
):
    paths = {"post": stage.post.get_absolute_url(), "queue": "/moderation/"}
    page = visit(stage.mo if where == "queue" else None).go(paths[where])
    order, unseen = walk(page)
    assert "skip-link" in order[0]
    assert order == page.evaluate(NAMES)
    assert unseen == []


def test_the_skip_link_goes_past_the_header(visit, stage):
    page = visit().go(stage.post.get_absolute_url())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
