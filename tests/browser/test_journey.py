"""A reader and a moderator, both without JavaScript, from the review to the reply on its page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from blog.models import Post
from comments.models import Comment, CommentSettings
from tests.support.people import PASSWORD
from tests.support.visitor import Visitor

BODY = "The lamp went ||red|| for her.\n\n::: spoiler the ending\nIt is the lost tram.\n:::\n"
SAID = "I'm sorry, but the kettle was the best of it."


@pytest.fixture
def review(site: str, write: Callable[..., Post]) -> Post:
    CommentSettings(flood_seconds=0).save()
    return write(title="Glass Semaphore", slug="glass-semaphore", body=BODY)


@pytest.fixture
def reader(visit: Callable[..., Visitor]) -> Visitor:
    return visit(java_script_enabled=False)


def tab_to(page: Page, target: Any) -> None:
    """Press Tab until the target has the focus."""
    for _press in range(30):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not reach it")


def fill_in(page: Page, **values: str) -> None:
    """Fill in the comment form and send it."""
    form = page.locator("#comment-form")
    for label, value in values.items():
        field = form.get_by_label(label)
        field.evaluate(
            "field => field.removeAttribute('maxlength')"
        )  # not every browser enforces it
        field.fill(value)
    form.get_by_role("button", name="Post Comment").click()


def send(page: Page, body: str, name: str = "Rita") -> None:
    fill_in(page, Comment=body, Name=name, Email="rita@example.com")


def test_a_reader_without_javascript_opens_spoilers_by_keyboard(reader, review):
    page = reader.go(review.get_absolute_url())
    inline, block = page.get_by_text("red", exact=True), page.get_by_text("the lost tram")
    expect(inline).to_be_hidden()
    expect(block).to_be_hidden()
    tab_to(page, page.get_by_role("checkbox", name="Spoiler"))
    page.keyboard.press("Space")
    expect(inline).to_be_visible()
    expect(block).to_be_hidden()
    tab_to(page, page.locator("summary"))
    page.keyboard.press("Enter")
    expect(block).to_be_visible()


def test_a_comment_waits_for_a_moderator_then_appears_and_is_answered(visit, reader, review, mo):
    page = reader.go(review.get_absolute_url())
    send(page, SAID)
    expect(page).to_have_url(re.compile("/comments/receipt/"))
    expect(page.locator(".receipt-status")).to_contain_text("waiting for a moderator")
    receipt = page.url
    expect(reader.go(review.get_absolute_url()).get_by_text(SAID)).to_have_count(0)

    decide_with_second_thoughts(visit(java_script_enabled=False).page, reader.page, review)

    page = reader.go(receipt)
    expect(page.locator(".receipt-status")).to_contain_text("Your comment is live.")
    page.get_by_role("link", name="View it").click()
    expect(page.get_by_text(SAID)).to_be_visible()

    page.get_by_role("link", name="Reply to Rita").click()
    expect(page.locator(".comment-quoted")).to_contain_text(SAID)
    send(page, "The tram was better.", name="Tom")
    expect(page.locator(".receipt-status")).to_contain_text("waiting for a moderator")


def decide_with_second_thoughts(page: Page, readers: Page, review: Post) -> None:
    """Log in as Mo, approve the comment, undo that, and approve it again."""
    page.goto("/moderation/")
    page.get_by_label("Username").fill("mo")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    approved, undone = "Approved Rita's comment.", "Undone. Rita's comment moved back."
    for act, said, shown in (
        ("Approve", approved, 1),
        ("Undo", undone, 0),
        ("Approve", approved, 1),
    ):
        page.get_by_role("button", name=act).first.click()
        expect(page.get_by_role("status").first).to_contain_text(said)
        expect(page.get_by_role("status").first).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        readers.goto(review.get_absolute_url())
        expect(readers.get_by_text(SAID)).to_have_count(shown)


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("Comment", {"Comment": "x" * 5001}),
        ("Comment", {"Comment": "a ||broken spoiler"}),
        ("Name", {"Name": "  "}),
        ("Email", {"Email": "rita@nowhere"}),
        ("Website", {"Website": "https://no"}),
    ],
    ids=["too long", "broken spoiler", "no name", "no e-mail", "no website"],
)
def test_a_refused_form_keeps_the_text_and_jumps_to_the_wrong_field(reader, review, label, values):
    page = reader.go(review.get_absolute_url())
    filled = {"Comment": SAID, "Name": "Rita", "Email": "rita@example.com", **values}
    fill_in(page, **filled)
    assert reader.document.status == 400
    expect(page.get_by_role("alert")).to_contain_text("Please fix this first")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(filled["Comment"])
    wrong = page.get_by_role("textbox", name=label)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")


def test_a_duplicate_comment_is_refused_and_the_error_has_the_focus(reader, review):
    page = reader.go(review.get_absolute_url())
    send(page, SAID)
    Comment.objects.update(created_at=timezone.now() - timedelta(hours=1))
    page = reader.go(review.get_absolute_url())
    send(page, SAID)
    assert reader.document.status == 409
    expect(page.get_by_role("alert")).to_contain_text("already posted this")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(SAID)
    expect(page.get_by_role("alert")).to_be_focused()
