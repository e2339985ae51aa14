"""Closed spoilers stay hidden where the site's style sheets and scripts do not get."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route

from comments.models import Comment
from tests.support import spoiler_site
from tests.support.reader_view import article, needs_readability
from tests.support.spoiler_site import CANARIES, COMMENT
from tests.support.visitor import Visitor

PATH = "/reviews/metallic-rain/"
SCRIPT = "text/javascript"
REASON = "The second act needs its quiet, and gets it from the weather. " * 30
STYLES, STYLES_AND_SCRIPTS = ("stylesheet",), ("stylesheet", "script")


@pytest.fixture
def review(site: str, ada: Any, say: Callable[..., Comment]) -> Any:
    """Return a review with spoilers in its text, its verdict and its comments."""
    with transaction.atomic():
        post = spoiler_site.create_review(ada)
        post.body += f"\n\n{REASON}"
        post.save()
        first = say(COMMENT, post=post)
        say(f"Indeed. {COMMENT}", post=post, parent=first)
    return post


@pytest.fixture
def post() -> None:
    """Let `say` create no review of its own."""


def without(visitor: Visitor, kinds: tuple[str, ...]) -> Page:
    """Return the page of a visitor to whom files of these kinds come empty."""

    def answer(route: Route) -> None:
        kind = route.request.resource_type
        if kind in kinds:
            route.fulfill(body="", content_type="text/css" if kind == "stylesheet" else SCRIPT)
        else:
            route.continue_()

    visitor.page.route("**/*", answer)
    return visitor.page


def canaries(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text.lower()]


@pytest.mark.parametrize("kinds", [STYLES, STYLES_AND_SCRIPTS], ids=["styles", "styles, scripts"])
def test_no_spoiler_is_visible_without_style_sheets(visit, review, kinds):
    page = without(visit(), kinds)
    page.goto(PATH)
    assert page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily") == '"Times New Roman"'
    seen = page.inner_text("body")
    for place in ("as everybody saw coming", "Wet, and worth it.", "I wept when", "Indeed."):
        assert place in seen
    assert canaries(seen) == []
    assert canaries(page.text_content("body") or "")


@pytest.mark.parametrize("kinds", [(), STYLES, STYLES_AND_SCRIPTS], ids=["all", "bare", "barest"])
@needs_readability
def test_a_reader_view_has_the_review_without_its_spoilers(visit, review, kinds):
    page = without(visit(), kinds)
    page.goto(PATH, wait_until="load")
    found = article(page)
    assert REASON.strip() in re.sub(r"\s+", " ", found["textContent"])
    assert "Rain falls [spoiler], as everybody saw coming." in found["textContent"]
    assert "Spoiler: up to episode 5" in found["textContent"]
    assert canaries(str(found)) == []


def test_an_opened_spoiler_block_shows_what_it_holds(visit, review):
    page = visit().go(PATH)
    summary = page.locator(".post-body").get_by_text("Spoiler: up to episode 5")
    summary.click()
    assert page.get_by_text("The linnet did it").is_visible()
    summary.click()
    assert canaries(page.inner_text("main")) == []
