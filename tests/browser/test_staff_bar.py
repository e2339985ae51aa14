"""The bar for people who are logged in, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from blog.models import Post
from comments.models import Comment
from tests.support.people import PASSWORD
from tests.support.visitor import Visitor

REVIEW = "/reviews/metallic-rain/"


@pytest.fixture
def log_in(visit: Callable[..., Visitor], post: Post) -> Callable[..., Visitor]:
    """Return a function that logs somebody in by the form, and opens the review."""

    def logged_in_as(user: Any, **options: Any) -> Visitor:
        visitor = visit(**options)
        page = visitor.go(f"/login/?next={REVIEW}")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"**{REVIEW}")
        return visitor

    return logged_in_as


def bar(page: Page) -> Any:
    return page.get_by_role("navigation", name="Tools")


def test_a_readers_browser_does_not_ask_for_the_bar(visit: Any, post: Post) -> None:
    visitor = visit()
    visitor.go(REVIEW).wait_for_load_state("networkidle")
    asked = [request.url for request in visitor.requests]
    assert any("staff-bar.js" in url for url in asked)
    assert not any("/account/bar/" in url for url in asked)


def test_an_author_gets_from_a_review_to_its_editor(log_in: Any, ada: Any, post: Post) -> None:
    page = log_in(ada).page
    bar(page).get_by_role("link", name="Edit").click()
    page.wait_for_url(f"**/admin/blog/post/{post.pk}/change/")


def test_logging_out_in_the_bar_takes_it_away(log_in: Any, mo: Any) -> None:
    page = log_in(mo).page
    bar(page).get_by_text("Mo", exact=True).click()
    bar(page).get_by_role("button", name="Log out").click()
    page.wait_for_url("**/")
    assert "logged_in" not in page.evaluate("document.cookie")
    page.goto(REVIEW)
    page.wait_for_load_state("networkidle")
    expect(bar(page)).to_have_count(0)


def test_somebody_of_the_team_comments_without_typing_a_name(log_in: Any, olive: Any) -> None:
    page = log_in(olive).page
    form = page.locator("#comment-form")
    expect(form).to_contain_text("You are commenting as Olive")
    expect(form.get_by_label("Name")).to_have_count(0)
    form.get_by_label("Comment").fill("Thank you all.")
    form.get_by_role("button", name="Post Comment").click()
    page.wait_for_url("**/comments/receipt/**")
    assert Comment.objects.for_readers().get().name == "Olive"


def test_without_javascript_the_form_asks_everybody_for_a_name(log_in: Any, olive: Any) -> None:
    page = log_in(olive, java_script_enabled=False).page
    expect(page.locator("#comment-form").get_by_label("Name")).to_be_visible()
    expect(bar(page)).to_have_count(0)


@pytest.mark.parametrize("path", [REVIEW, "/search/"])
def test_the_bar_moves_nothing(log_in: Any, mo: Any, path: str) -> None:
    page = log_in(mo).page
    page.add_init_script(
        "window.shifts = [];"
        "new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map("
        "(entry) => entry.value))).observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(path)
    bar(page).wait_for()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.evaluate("window.shifts") == []


def test_the_bar_covers_neither_the_footer_nor_what_has_the_focus(log_in: Any, mo: Any) -> None:
    page = log_in(mo, viewport={"width": 320, "height": 640}).page
    bar(page).wait_for()
    last = page.get_by_role("contentinfo").get_by_role("link", name="Log in")
    last.focus()
    bottom = last.bounding_box()
    assert bottom["y"] + bottom["height"] <= bar(page).bounding_box()["y"]


def test_the_bar_comes_last_in_the_order_of_the_keyboard(log_in: Any, mo: Any) -> None:
    page = log_in(mo).page
    bar(page).wait_for()
    page.get_by_role("contentinfo").get_by_role("link", name="Log in").focus()
    page.keyboard.press("Tab")
    expect(bar(page).get_by_role("link", name="Moderate")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_is_accessible_and_fits_a_phone(log_in: Any, olive: Any, scheme: str) -> None:
    visitor = log_in(olive, viewport={"width": 320, "height": 640}, color_scheme=scheme)
    bar(visitor.page).get_by_text("Olive", exact=True).click()
    assert visitor.violations() == []
    assert visitor.overflow() == 0


def test_the_bar_is_not_printed(log_in: Any, mo: Any) -> None:
    page = log_in(mo).page
    expect(bar(page)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".staff-bar")).to_be_hidden()
