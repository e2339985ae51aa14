"""The feeds of comments."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Post
from comments.models import Comment, Status
from tests.support import feed_rules
from tests.support.feed_rules import ATOM, CONTENT, CREATOR
from tests.support.wire import wire

SITE = "https://reviews.example"
ALL, BELOW = "/comments/feed/", "/reviews/metallic-rain/feed/"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def items(path: str) -> list[Any]:
    found: list[Any] = feed_rules.rss(path, SITE).findall("item")
    return found


def entries(path: str) -> list[Any]:
    found: list[Any] = feed_rules.atom(f"{path}atom/", SITE).findall(ATOM + "entry")
    return found


@pytest.mark.parametrize("path", [ALL, BELOW])
def test_feeds_of_both_formats_are_valid(path: str, say: Any, post: Post) -> None:
    assert items(path) == entries(path) == []
    say("*Wet* & ||dry|| ]]> \x07 [there](/reviews/x/)", name="Rita <r> \x07& Co")
    say("See https://a.example/?a=1&b=2", name="")
    assert len(items(path)) == len(entries(path)) == 2


@pytest.mark.parametrize("path", [ALL, BELOW])
def test_a_comment_has_the_html_of_its_page_with_masked_spoilers(path: str, say: Any) -> None:
    comment = say("It is *wet*, ||and she drowns||.", name="Rita", email="rita@mail.example")
    Comment.objects.update(address="203.0.113.9")
    (item,), (entry,) = items(path), entries(path)
    assert item.findtext("title") == "Comment by Rita on Metallic Rain"
    assert item.findtext("link") == f"{SITE}/comments/{comment.pk}/"
    assert item.findtext(CREATOR) == entry.findtext(f"{ATOM}author/{ATOM}name") == "Rita"
    assert item.findtext(CONTENT) == entry.findtext(ATOM + "content")
    assert "<em>wet</em>" in item.findtext(CONTENT)
    assert item.findtext("description") == "It is wet, [spoiler]."
    text = wire(path).text + wire(f"{path}atom/").text
    for secret in ("drowns", "rita@", "mail.example", "203.0.113"):
        assert secret not in text


def test_a_comment_without_a_name_is_anonymous(say: Any) -> None:
    say(name="")
    assert items(ALL)[0].findtext("title") == "Comment by Anonymous on Metallic Rain"


@pytest.mark.parametrize("path", [ALL, BELOW])
@pytest.mark.parametrize("status", [status for status in Status if status != Status.APPROVED])
def test_only_approved_comments_are_in_a_feed(path: str, status: Status, say: Any) -> None:
    gone = say("Gone", status=status)
    say("A reply", parent=gone, thread=gone)
    assert [item.findtext("description") for item in items(path)] == ["A reply"]
    assert "Gone" not in wire(path).text


def test_the_feed_of_a_post_only_contains_its_comments(say: Any, write: Any) -> None:
    say("Here")
    say("There", post=write(title="Snow", slug="snow"))
    assert [item.findtext("description") for item in items(BELOW)] == ["Here"]
    assert [item.findtext("description") for item in items(ALL)] == ["There", "Here"]
    channel = feed_rules.rss(BELOW, SITE)
    assert channel.findtext("title") == "Comments on Metallic Rain"
    assert channel.findtext("link") == f"{SITE}/reviews/metallic-rain/"


@pytest.mark.parametrize("form", ["", "atom/"])
def test_an_unpublished_post_has_no_feed(form: str, say: Any, post: Post) -> None:
    say()
    Post.objects.update(published_at=timezone.now() + timedelta(hours=1))
    assert Client().get(BELOW + form).status_code == 404
    assert Client().get("/reviews/none/feed/" + form).status_code == 404
    assert items(ALL) == []


def test_the_newest_twenty_come_first(say: Any) -> None:
    since = timezone.now() - timedelta(days=1)
    for number in range(22):
        say(f"Word {number}", created_at=since + timedelta(minutes=number))
    newest = [f"Word {number}" for number in range(21, 1, -1)]
    assert [item.findtext("description") for item in items(ALL)] == newest
    assert [item.findtext("description") for item in items(BELOW)] == newest


def test_an_entry_has_its_dates_and_keeps_its_id(say: Any, post: Post) -> None:
    comment = say(created_at=timezone.now().replace(microsecond=0) - timedelta(days=2))
    Comment.objects.update(decided_at=comment.created_at + timedelta(days=1))
    (entry,) = entries(ALL)
    assert feed_rules.when(entry, "published") == comment.created_at
    assert feed_rules.when(entry, "updated") == comment.created_at + timedelta(days=1)
    Post.objects.update(slug="storm")
    assert entries(ALL)[0].findtext(ATOM + "id") == entry.findtext(ATOM + "id")
    assert items(ALL)[0].findtext("guid") == entry.findtext(ATOM + "id")
