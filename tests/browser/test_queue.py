"""The moderation queue with its script: acts without a reload, keys, selections, a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Preferences
from comments.models import Comment, Status
from tests.support.visitor import Visitor

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def waiting(say: Callable[..., Comment]) -> list[Comment]:
    """Six comments that wait, one of them long."""
    bodies = ["One.", "Two.", "Three words. " * 60, "Four.", "Five.", "Six."]
    return [
        say(body, name=f"Reader {number}", email=f"r{number}@example.com", status=Status.PENDING)
        for number, body in enumerate(bodies, 1)
    ]


@pytest.fixture
def desk(visit: Callable[..., Visitor], mo: Any, waiting: list[Comment]) -> Page:
    return visit(mo).go("/moderation/")


def names(page: Page) -> list[str]:
    return page.locator(".moderation-item-head strong").all_inner_texts()


def current(page: Page) -> str:
    return page.locator(".moderation-item[aria-current=true] strong").inner_text()


def said(page: Page) -> Any:
    return page.locator("#act-result .notice p")


def status(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


def watch_reloads(page: Page) -> None:
    page.evaluate("window.isSamePage = true")


def is_same(page: Page) -> bool:
    return bool(page.evaluate("window.isSamePage === true"))


def test_an_act_takes_the_comment_out_and_the_next_is_current(desk, waiting):
    watch_reloads(desk)
    desk.get_by_role("button", name="Spam").first.click()
    expect(said(desk)).to_have_text("Marked Reader 1's comment as spam.")
    assert names(desk)[0] == current(desk) == "Reader 2"
    assert desk.evaluate("document.activeElement.id") == f"comment-{waiting[1].pk}"
    assert is_same(desk)
    assert status(waiting[0]) == Status.SPAM
    expect(desk.locator(".tabs [aria-current] .count")).to_have_text("5")


def test_the_next_buttons_are_where_the_last_were(desk):
    button = desk.locator(".queue button", has_text="Approve").first
    before = button.bounding_box()
    button.click()
    expect(said(desk)).to_be_visible()
    assert desk.locator(".queue button", has_text="Approve").first.bounding_box() == before


def test_twenty_comments_are_cleared_with_one_key_each(visit, mo, say):
    for number in range(20):
        say(f"Number {number}", email=f"{number}@example.com", status=Status.PENDING)
    page = visit(mo).go("/moderation/")
    for number, key in enumerate("astas" * 4, 1):
        page.keyboard.press(key)
        expect(page.locator(".moderation-item")).to_have_count(20 - number)
    expect(page.get_by_text("No comments here.")).to_be_visible()
    expect(page.locator("#act-result button", has_text="Undo")).to_be_visible()
    counts = [Comment.objects.filter(status=name).count() for name in ("approved", "spam", "trash")]
    assert counts == [8, 8, 4]


def test_the_next_page_follows_when_one_is_done(visit, mo, say, monkeypatch):
    monkeypatch.setattr("comments.queue.PER_PAGE", 2)
    monkeypatch.setattr("comments.views.queue.PER_PAGE", 2)
    for number in range(5):
        say(f"{number}", name=f"R{number}", email=f"{number}@a.org", status=Status.PENDING)
    page = visit(mo).go("/moderation/")
    watch_reloads(page)
    for number in range(5):
        expect(page.locator("[aria-current=true] strong").first).to_have_text(f"R{number}")
        page.keyboard.press("a")
    expect(page.get_by_text("No comments here.")).to_be_visible()
    assert is_same(page)
    assert Comment.objects.filter(status=Status.APPROVED).count() == 5


def test_keys_move_select_open_and_undo(desk, waiting):
    for key in "jjk":
        desk.keyboard.press(key)
    assert current(desk) == "Reader 2"
    desk.keyboard.press("x")
    expect(desk.locator("[name=comment]:checked")).to_have_value(str(waiting[1].pk))
    desk.keyboard.press("t")
    expect(said(desk)).to_have_text("Moved Reader 2's comment to Trash.")
    desk.keyboard.press("z")
    expect(said(desk)).to_have_text("Undone. Reader 2's comment moved back.")
    assert names(desk)[:3] == ["Reader 1", "Reader 2", "Reader 3"]
    assert current(desk) == "Reader 2"
    assert status(waiting[1]) == Status.PENDING
    desk.keyboard.press("e")
    desk.wait_for_url(f"**/moderation/{waiting[1].pk}/#id_body")


def test_shift_acts_on_all_selected_comments(desk, waiting):
    watch_reloads(desk)
    desk.get_by_role("link", name="Select all on this page").click()
    desk.locator("[name=comment]").nth(1).uncheck()
    expect(desk.locator(".bulk-count")).to_have_text("With selected: 5")
    desk.keyboard.press("Shift+S")
    expect(said(desk)).to_have_text("Marked 5 comments as spam.")
    assert names(desk) == ["Reader 2"]
    assert is_same(desk)
    desk.keyboard.press("z")
    expect(desk.locator(".moderation-item")).to_have_count(6)
    assert names(desk) == [f"Reader {number}" for number in range(1, 7)]


def test_no_key_acts_while_somebody_types(desk, waiting):
    search = desk.get_by_label("Search by text, name or address")
    search.click()
    search.press_sequentially("astzx?")
    assert search.input_value() == "astzx?"
    assert {status(comment) for comment in waiting} == {Status.PENDING}


def test_a_question_mark_shows_all_keys(desk):
    desk.keyboard.press("?")
    dialog = desk.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    desk.keyboard.press("a")  # does nothing while the list is open
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert len(names(desk)) == 6


def test_keys_can_be_switched_off_in_your_account(visit, mo, waiting):
    page = visit(mo).go("/login/second-factor/")
    page.get_by_role("button", name="Turn shortcuts off").click()
    expect(page.get_by_text("Keyboard shortcuts are off.")).to_be_visible()
    assert not Preferences.objects.get(user=mo).shortcuts
    page.goto("/moderation/")
    page.keyboard.press("a")
    page.keyboard.press("?")
    assert len(names(page)) == 6
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    assert {status(comment) for comment in waiting} == {Status.PENDING}


def test_if_the_server_refuses_an_act_its_own_page_says_why(visit, mo, waiting, settings):
    visitor = visit(mo)
    page = visitor.go("/moderation/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="logged out")).to_be_visible()
    assert status(waiting[0]) == Status.PENDING
    visitor.troubles.clear()  # the console tells of the refused request


def test_a_comment_that_somebody_else_decided_is_told(desk, waiting):
    from comments import moderation

    moderation.reject([waiting[0].pk], None)
    Comment.objects.filter(pk=waiting[0].pk).update(decided_at="2026-01-01T00:00Z")
    desk.keyboard.press("a")
    expect(said(desk)).to_have_text("1 comment skipped: someone else already handled it.")
    assert status(waiting[0]) == Status.TRASH


def test_a_long_comment_is_folded_and_opens(desk):
    fold = desk.locator("details.moderation-item-fold")
    expect(fold).to_have_count(1)
    assert fold.bounding_box()["height"] < 120
    fold.locator("summary").click()
    expect(fold.locator(".comment-body")).to_be_visible()


def test_seven_comments_fit_a_desktop_screen(visit, mo, say):
    for number in range(9):
        say(f"A sentence, number {number}.", email=f"{number}@a.org", status=Status.PENDING)
    page = visit(mo, viewport={"width": 1280, "height": 900}).go("/moderation/")
    heights = [card.bounding_box()["height"] for card in page.locator(".moderation-item").all()]
    assert max(heights) <= 900 / 7


def test_on_a_phone_the_current_buttons_are_at_the_foot_of_the_screen(visit, mo, waiting):
    page = visit(mo, viewport=PHONE, has_touch=True).go("/moderation/")
    for number in range(1, 4):
        button = page.locator("[aria-current=true] button", has_text="Approve")
        box = button.bounding_box()
        assert box["y"] > 750
        assert box["height"] >= 44
        button.tap()
        expect(said(page)).to_have_text(f"Approved Reader {number}'s comment.")
    undo = page.locator("#act-result button").bounding_box()
    assert undo["y"] > 600


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}])
def test_the_queue_is_accessible_before_and_after_an_act(visit, mo, waiting, colours, size):
    visitor = visit(mo, viewport=size, color_scheme=colours)
    page = visitor.go("/moderation/")
    assert visitor.violations() == []
    page.keyboard.press("a")
    expect(said(page)).to_be_visible()
    assert visitor.violations() == []
    assert visitor.overflow() <= 0
    page.keyboard.press("?")
    assert visitor.violations(within="#shortcuts") == []


def test_without_the_script_the_next_comment_is_in_view(visit, mo, waiting):
    page = visit(mo, java_script_enabled=False, viewport=PHONE).go("/moderation/")
    page.get_by_role("button", name="Approve").nth(2).click()
    page.wait_for_url(f"**/moderation/#comment-{waiting[3].pk}")
    expect(page.locator(f"#comment-{waiting[3].pk}")).to_be_in_viewport()
    expect(said(page)).to_be_in_viewport()


def test_new_comments_are_announced_without_moving_anything(desk, say):
    before = desk.locator(".queue").bounding_box()
    say("Just now.", email="new@example.com", status=Status.PENDING)
    desk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.get_by_text("New comments have come.")).to_be_visible()
    assert len(names(desk)) == 6
    assert desk.locator(".queue").bounding_box() == before
