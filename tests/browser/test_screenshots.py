"""Take screenshots of the demo.

`make screenshots` stores them in docs/img/ for the README; otherwise they only have to succeed.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from playwright.sync_api import Page

from blog.models import Post
from tests.support.visitor import Visitor

DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
REVIEW = "/reviews/glass-semaphore/"


class Shot(NamedTuple):
    name: str
    path: str
    place: str  # a selector for the element at the top of the picture
    light: str = "light"
    size: dict[str, int] = DESKTOP
    user: str = ""


SHOTS = [
    Shot("home", "/", "body"),
    Shot("review-phone", REVIEW, "body", "light", PHONE),
    Shot("verdict-phone", REVIEW, "#verdict", "dark", PHONE),
    Shot("comments-phone", REVIEW, "#comments", "light", PHONE),
    Shot("queue", "/moderation/", "body", user="moderator"),
    Shot("editor", "/admin/blog/post/{post}/change/", ".markdownx", user="author"),
]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Return the folder for the pictures."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path / "album")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_every_screenshot_can_be_taken(
    site: str, visit: Callable[..., Visitor], album: Path
) -> None:
    call_command("demo", verbosity=0)
    number = Post.objects.get(slug="glass-semaphore").pk
    for shot in SHOTS:
        user = get_user_model().objects.get(username=shot.user) if shot.user else None
        visitor = visit(user, viewport=shot.size, color_scheme=shot.light, device_scale_factor=1.5)
        page = visitor.go(shot.path.format(post=number))
        take(page, shot, album)
        page.context.close()
    assert sorted(path.stem for path in album.iterdir()) == sorted(shot.name for shot in SHOTS)


def take(page: Page, shot: Shot, album: Path) -> Any:
    """Take a screenshot of a window, scrolled to the place of the shot."""
    page.wait_for_load_state("networkidle")
    page.locator(shot.place).first.evaluate("place => place.scrollIntoView()")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=album / f"{shot.name}.jpg", type="jpeg", quality=82)
