"""A moderator decides by the link in a mail, in a browser without a login or JavaScript."""

import pytest

from comments.models import Comment
from tests.support.sample_site import Stage

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def stage(site, ada, mo):
    return Stage(ada, mo)


def test_a_comment_is_decided_and_undone_by_keyboard_alone(visit, stage):
    holder = visit(java_script_enabled=False, viewport=PHONE)
    page = holder.go(stage.mail_link())
    link, comment = page.url, Comment.objects.latest("pk")
    button = page.get_by_role("button", name="Trash")
    assert button.bounding_box()["y"] < PHONE["height"]
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Moved Rita's comment to Trash.").wait_for()
    page.reload()  # which sends nothing again
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Undone. Rita's comment moved back.").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("heading", name="Approved Rita's comment.").wait_for()
    page.goto(link)
    page.get_by_role("heading", name="This link no longer works").wait_for()
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert comment.events.filter(by=stage.mo).count() == 3
    page.get_by_role("link", name="Log in and open the queue").click()
    assert page.locator("[name=password]").is_visible()


def test_no_request_carries_the_address_of_a_link(visit, stage):
    holder = visit()
    page = holder.go(stage.mail_link())
    assert len(holder.requests) > 2  # style sheets, typefaces
    page.get_by_role("button", name="Spam").click()
    page.get_by_role("heading", name="Marked Rita's comment as spam.").wait_for()
    sent = [request.all_headers().get("referer", "") for request in holder.requests]
    assert any(sent)
    assert [referrer for referrer in sent if "/moderation/mail/" in referrer] == []
