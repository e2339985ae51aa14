"""Combining marks in comments: a hundred on one letter, and those that languages need."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page

from comments.models import Comment, Status
from tests.support.visitor import Visitor

PILED = "α" + "\u0301\u0342" * 100 + " ה" + "\u0596\u05a3\u0591" * 100 + " is all I say."
# In scripts for which the machine has no font, these are boxes.
ORDINARY = [
    "Ặt Ễ Ồ Ữ Ẳ Ǖ Ấy, phở ngon quá Ỵ.",  # Vietnamese
    "ที่นี่ ปู่ ฎู ญู ซึ้ง กู้ น้ำ ปั๊ม",  # Thai
    "र्क्ष्म्यूँ ह्रीं स्त्र्यूं दृष्टिकोणों श्रॄ",  # Hindi
    "בְּרֵאשִׁית בָּרָא אֱלֹהִים",  # Hebrew
    "السَّلامُ عَلَيْكُمْ أُمَّةً إِلَى",  # Arabic
]


def hidden_and_shown(page: Page, body: Locator, neighbours: list[Locator]) -> list[list[bytes]]:
    """Return pictures of what is around a body, without its text and with it."""
    pictures = []
    for visibility in ("hidden", "visible"):
        body.evaluate("(body, value) => body.style.visibility = value", visibility)
        boxes = [one.bounding_box() for one in neighbours]
        pictures.append([page.screenshot(full_page=True, clip=box) for box in boxes])
    return pictures


@pytest.fixture
def taken(post: Any, say: Callable[..., Comment], site: str) -> Comment:
    with transaction.atomic():
        return [say(body) for body in ("Before.", PILED, "After.")][1]


def test_piled_marks_cover_nothing_around_a_comment(visit: Any, taken: Comment) -> None:
    page = visit().go(taken.post.get_absolute_url())
    comment = page.locator(f"#comment-{taken.pk}")
    neighbours = [comment.locator(".comment-head"), comment.locator(".comment-foot")]
    neighbours += page.locator(".comment-body").all()[::2]
    hidden, shown = hidden_and_shown(page, comment.locator(".comment-body"), neighbours)
    assert shown == hidden


def test_piled_marks_cover_nothing_in_the_queue(
    visit: Callable[..., Visitor], mo: Any, say: Any, site: str
) -> None:
    with transaction.atomic():
        say(PILED, status=Status.PENDING)
    page = visit(mo).go("/moderation/")
    item = page.locator(".moderation-item")
    neighbours = [item.locator(".moderation-item-head"), item.locator(".moderation-item-actions")]
    hidden, shown = hidden_and_shown(page, item.locator(".comment-body"), neighbours)
    assert shown == hidden


@pytest.mark.parametrize("width", [390, 1280])
def test_the_marks_of_no_language_are_cut(
    visit: Callable[..., Visitor], post: Any, say: Any, width: int
) -> None:
    with transaction.atomic():
        for text in ORDINARY:
            say(text)
    page = visit(viewport={"width": width, "height": 900}).go(post.get_absolute_url())
    comments = page.locator(".comment article").all()
    clipped = [comment.screenshot() for comment in comments]
    page.locator(".comment-body").evaluate_all(
        "(bodies) => bodies.forEach((body) => body.style.overflow = 'visible')"
    )
    assert [comment.screenshot() for comment in comments] == clipped
