"""A closed spoiler is hidden on the screen, from screen readers, in every colour and in print."""

from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import expect

from blog.models import Post
from comments.models import Comment
from tests.support.visitor import Visitor

INLINE, BLOCK, NOTED, REPLIED = "obstruction", "sleepyhead", "peppermint", "understudy"
SECRETS = (INLINE, BLOCK, NOTED, REPLIED)
BODY = f"""\
She sees that ||she is the {INLINE}||[^note] in the rain.

::: spoiler the ending
He was a {BLOCK}.
:::

[^note]: The tin held ||{NOTED}||.
"""


@pytest.fixture
def path(site: str, write: Callable[..., Post], say: Callable[..., Comment]) -> str:
    """Return the address of a post with spoilers in its text, in a footnote and in a comment."""
    post = write(body=BODY)
    with transaction.atomic():
        say(f"Wasn't it the ||{REPLIED}||?", post=post)
    return post.get_absolute_url()


def open_all(visitor: Visitor) -> None:
    for box in visitor.page.get_by_role("checkbox", name="Spoiler").all():
        box.check()
    visitor.page.locator("details.spoiler > summary").click()


def test_a_screen_reader_cannot_read_a_closed_spoiler(visit, path):
    visitor = visit()
    visitor.go(path)
    heard = visitor.spoken()
    assert "She sees that" in heard
    assert [secret for secret in SECRETS if secret in heard] == []
    open_all(visitor)
    heard = visitor.spoken()
    assert [secret for secret in SECRETS if secret not in heard] == []


@pytest.mark.parametrize(
    ("options", "media"),
    [
        ({}, "screen"),
        ({"color_scheme": "dark"}, "screen"),
        ({"forced_colors": "active"}, "screen"),
        ({}, "print"),
    ],
    ids=["light", "dark", "forced colours", "print"],
)
def test_a_closed_spoiler_is_not_visible(visit, path, options, media):
    visitor = visit(**options)
    page = visitor.go(path)
    page.emulate_media(media=media)
    for secret in SECRETS:
        expect(page.get_by_text(secret)).to_be_hidden()
    assert not any(secret in page.inner_text("main") for secret in SECRETS)
    page.emulate_media(media="screen")
    open_all(visitor)
    page.emulate_media(media=media)
    for secret in SECRETS:
        expect(page.get_by_text(secret)).to_be_visible()


def test_copying_the_page_does_not_copy_closed_spoilers(visit, path):
    page = visit().go(path)
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+C")
    field = page.get_by_label("Comment *", exact=True)
    field.press("Control+V")
    copied = field.input_value()
    assert "She sees that" in copied
    assert [secret for secret in SECRETS if secret in copied] == []


def test_a_link_in_an_open_spoiler_can_be_followed_and_the_spoiler_closed_again(visit, write, site):
    post = write(body="The ||way out is [this](#over-there)||.")
    page = visit().go(post.get_absolute_url())
    box = page.get_by_role("checkbox", name="Spoiler")
    box.check()
    page.get_by_role("link", name="this").click()
    expect(page).to_have_url(f"{site}{post.get_absolute_url()}#over-there")
    box.uncheck()
    expect(page.get_by_text("way out")).to_be_hidden()
