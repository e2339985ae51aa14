"""The page of one comment in a browser."""

import pytest

from tests.support.sample_site import Stage

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def stage(site, ada, mo):
    return Stage(ada, mo)


def top(page, selector):
    return page.locator(selector).first.bounding_box()["y"]


def test_on_a_phone_the_reply_form_comes_on_the_second_screen_at_most(visit, stage, mo):
    moderator = visit(mo, viewport=PHONE)
    waiting = stage.receipts["pending"]
    page = moderator.go(f"/moderation/{waiting.pk}/")
    assert top(page, "button[value^=approve]") < PHONE["height"]
    assert top(page, "[name=body]") < 2 * PHONE["height"]
    parts = ("button[value^=approve]", "[name=approve_from]", "#around-title", "#person-title")
    places = [top(page, part) for part in (*parts, "summary:text-is('History')")]
    assert places == sorted(places)
    assert not page.locator("table.events").is_visible()
    assert moderator.overflow() <= 0


def test_approve_and_reply_by_keyboard_alone(visit, stage, mo):
    moderator = visit(mo, java_script_enabled=False)
    waiting = stage.receipts["pending"]
    page = moderator.go(f"/moderation/{waiting.pk}/?status=pending")
    page.locator("[name=body]").first.focus()
    page.keyboard.type("Well seen.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Approved, and your reply is published.").wait_for()
    assert page.url.endswith(f"/moderation/{waiting.pk}/")
    page.get_by_role("link", name="View it").click()
    assert page.locator(".comment:target").inner_text().count("Well seen.") == 1


def test_a_reader_reports_a_comment_with_the_keyboard_and_without_script(visit, stage, mo):
    reader, moderator = visit(java_script_enabled=False), visit(mo)
    page = reader.go(stage.post.get_absolute_url())
    link = page.locator(f"#comment-{stage.first.pk} .comment-report").first
    assert link.bounding_box()["height"] >= 24
    link.focus()
    page.keyboard.press("Enter")
    page.locator("[name=reason]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("It sells something.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thanks for your report").wait_for()
    queue = moderator.go("/moderation/reported/")
    assert "Spam or advertising: It sells something." in queue.locator(".queue").inner_text()
    queue.get_by_role("button", name="Dismiss").click()
    queue.get_by_text("No reported comments.").wait_for()
