"""No page, feed, mail or log reveals a spoiler; `ADDRESSES` must have a row for each new page."""

import logging
import threading
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import html5lib
import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from blog.models import Post, SearchEntry
from comments import moderation
from comments.models import Comment, Event
from comments.notifications import notify_moderators
from comments.screening import worker
from tests.support import spoiler_site
from tests.support.spoiler_site import ADDRESSES, CANARIES, COMMENT, routes
from tests.support.wire import Answer, wire


def without_spoilers(html: str) -> str:
    """Return a whole page, attributes and head included, without its hidden elements."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for parent in list(tree.iter()):
        for child in list(parent):
            if "hidden" in child.attrib:
                parent.remove(child)
    return ET.tostring(tree, encoding="unicode")


def assert_no_canary(text: str) -> None:
    """Assert that a text contains none of the words that only occur in spoilers."""
    assert [canary for canary in CANARIES if canary in text.lower()] == []


def nothing(response: Answer) -> None:
    """Assert that a response contains no canary, whatever its status is."""
    assert_no_canary(response.body.decode(errors="replace"))
    assert_no_canary(str(response.headers))


def only_in_spoilers(response: Answer) -> None:
    """Assert that a page contains canaries, but only inside spoiler markup."""
    assert any(canary in response.text for canary in CANARIES)
    assert_no_canary(without_spoilers(response.text))
    assert_no_canary(str(response.headers))


def own_text(response: Answer) -> None:
    """Assert that a receipt shows its sender the typed text, but not in the head of the page."""
    assert "||the finch and the siskin||" in response.text
    assert_no_canary(response.text.partition("<body")[0])


# What a reader may find at a route; `nothing` at all others, where people have to log in too.
ALLOWED = {
    "reviews/<any_slug:slug>/": only_in_spoilers,
    "<any_slug:slug>/": only_in_spoilers,
    "reviews/<any_slug:slug>/comments/": only_in_spoilers,
    "comments/<int:pk>/report/": only_in_spoilers,
    "comments/receipt/<str:token>/": own_text,
}


@pytest.fixture
def review(ada: Any) -> Post:
    return spoiler_site.create_review(ada)


@pytest.fixture
def post(review: Post) -> Post:
    """Let other fixtures, such as `send`, use the review."""
    return review


@pytest.fixture
def values(review: Post, send: Any) -> dict[str, Any]:
    return spoiler_site.placeholders(review, send)


def test_the_review_contains_every_canary_and_hides_all_of_them(review: Post) -> None:
    for canary in CANARIES:
        if canary != "serin":  # the caption of a picture inside a spoiler may be left out
            assert canary in review.body_html
    assert_no_canary(without_spoilers(review.body_html))


def test_every_address_has_a_row() -> None:
    assert sorted(set(routes(get_resolver().url_patterns))) == sorted(ADDRESSES)


@pytest.mark.parametrize("route", ADDRESSES)
def test_no_address_reveals_a_spoiler(route: str, values: dict[str, Any]) -> None:
    path, _mark, query = ADDRESSES[route].format(**values).partition("?")
    check = ALLOWED.get(route, nothing)
    check(request_anonymously(path, "GET", query))
    body = request_anonymously(path, "POST", query).body
    assert_no_canary(without_spoilers(body.decode(errors="replace")))


def request_anonymously(path: str, method: str, query: str) -> Answer:
    """Return the response to somebody who is not logged in, with the whole body of a file."""
    response, answer = Client().generic(method, f"{path}?{query}"), Answer()
    answer.status, answer.headers = response.status_code, dict(response.items())
    answer.body = response.getvalue()
    return answer


def test_a_receipt_is_neither_stored_nor_indexed_nor_sent_as_a_referrer(
    values: dict[str, Any],
) -> None:
    receipt = wire(values["receipt"])
    assert receipt.headers["cache-control"] == "no-store"
    assert "noindex" in receipt.headers["x-robots-tag"]
    assert receipt.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("level", ["minor", "major"])
def test_the_head_of_a_page_and_cards_reveal_no_spoiler(level: str, review: Post) -> None:
    review.spoiler_level = level
    review.save()  # stores the excerpt that cards show
    head = html5lib.parse(wire("/reviews/metallic-rain/").text, namespaceHTMLElements=False)[0]
    texts = [meta.get("content") or "" for meta in head.iter("meta")]
    texts += [title.text or "" for title in head.iter("title")]
    assert any("Rain" in text for text in texts)
    assert_no_canary(" ".join(texts))
    assert_no_canary(wire("/").text)
    if level == "minor":
        assert "[spoiler]" in wire("/").text
    else:
        assert "as everybody saw coming" not in wire("/").text
        assert "as everybody saw coming" not in " ".join(texts)


@pytest.mark.parametrize(
    "path",
    [
        "/feed/",
        "/tags/rain/feed/",
        "/reviews/metallic-rain/feed/",
        "/comments/feed/",
    ],
)
@pytest.mark.parametrize("form", ["", "atom/"])
def test_a_feed_has_a_placeholder_for_each_spoiler(
    path: str, form: str, values: dict[str, Any]
) -> None:
    feed = wire(path + form).text
    assert "[spoiler]" in feed
    assert_no_canary(feed)


def test_error_pages_reveal_no_spoiler(review: Post) -> None:
    for path in ("/reviews/the-finch/", "/?page=99"):
        answer = wire(path)
        assert answer.status == 404
        assert_no_canary(
            answer.text.replace("the finch", "")
        )  # the page offers a search for the words of the address


@pytest.mark.parametrize("canary", CANARIES)
def test_search_finds_no_word_of_a_spoiler(canary: str, review: Post, client: Client) -> None:
    answer = client.get("/search/", {"q": canary}).content.decode()
    assert "No results for" in answer
    assert_no_canary(
        answer.replace(canary, "", 4)
    )  # the title, the field and the message repeat the query
    entry = SearchEntry.objects.get(post=review)
    assert_no_canary(f"{entry.title} {entry.body}")


def test_search_results_show_no_text_of_a_post_with_major_spoilers(
    review: Post, client: Client
) -> None:
    review.spoiler_level = "major"
    review.save()
    answer = client.get("/search/", {"q": "coming"}).content.decode()
    assert "Wet, and worth it." in answer
    assert "as everybody saw" not in answer


def test_a_refused_form_shows_the_typed_text_only_to_its_sender(review: Post, send: Any) -> None:
    refused = send(to=review, body=COMMENT, email="").content.decode()
    assert "the finch and the siskin" in refused
    assert "finch and the siskin" not in wire("/reviews/metallic-rain/").text


def test_mail_and_logs_contain_no_spoiler(
    review: Post, send: Any, mo: Any, akismet: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    akismet.answer = "500"  # a failing check logs most
    send(to=review, body=COMMENT, name="The finch, or ||so||")
    comment = Comment.objects.get()
    worker.check_due_comments(threading.Event())
    akismet.answer = "ham"
    moderation.hold_unchecked([comment.pk], "")
    Event.objects.update(at=timezone.now() - timedelta(minutes=1))
    notify_moderators()
    assert len(mail.outbox) == 1
    message = str(mail.outbox[0].message())
    assert "> The finch, or ||so||\n" in message  # a name is none, and readers see it too
    assert "I wept when [spoiler] fell." in message
    assert_no_canary(message.replace("The finch", ""))
    assert "spam check" in caplog.text
    assert_no_canary(caplog.text)


def test_moderators_see_the_text_of_spoilers(
    review: Post, say: Any, mo: Any, logged_in: Any
) -> None:
    say(COMMENT, post=review, status="pending")
    queue = logged_in(mo).get("/moderation/").content.decode()
    assert "the finch and the siskin" in queue
