"""The page cache, tested through the whole WSGI application."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import brotli
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import Band, Picture, Post, Tag, Work
from comments.models import Comment, CommentSettings
from pagecache.decorators import EXPIRES_HEADER
from pagecache.middleware import PageCacheMiddleware
from pagecache.version import invalidate_pages
from tests.support.page_cache import forget_pages
from tests.support.wire import Answer, wire

KEPT = ["/", "/reviews/metallic-rain/", "/feed/", "/privacy/"]
POST = "/reviews/metallic-rain/"


@pytest.fixture
def unchanged(django_assert_num_queries: Any) -> Callable[..., Answer]:
    """Return a function that repeats a request and asserts that only the version is queried."""

    def asked(path: str, **how: str) -> Answer:
        with django_assert_num_queries(1):
            return wire(path, **how)

    return asked


@pytest.fixture
def count_renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the path of each page that the application renders."""
    asked: list[str] = []
    django = get_wsgi_application()

    def counting(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    monkeypatch.setattr("config.wsgi.application", PageCacheMiddleware(counting))
    return asked


# --- Cached pages and responses ---------------------------------------------------


@pytest.mark.parametrize("path", KEPT)
def test_a_page_is_rendered_once_and_then_cached(path: str, post: Post, unchanged: Any) -> None:
    first = wire(path)
    second = unchanged(path)
    assert first.status == second.status == 200
    assert first.body == second.body
    first.headers.pop("x-accel-expires"), second.headers.pop("x-accel-expires")  # a new second
    assert first.headers == second.headers


@pytest.mark.parametrize("path", KEPT)
def test_unknown_parameters_share_one_entry(path: str, post: Post, unchanged: Any) -> None:
    first = wire(path, query="utm_source=letter")
    assert unchanged(path).body == first.body
    assert unchanged(path, query="fbclid=1&x=%FF").body == first.body


def test_known_parameters_have_entries_of_their_own(
    write: Any, say: Any, count_renders: list[str]
) -> None:
    for _number in range(11):
        write()
    CommentSettings(threads_per_page=1).save()
    say("The elder.")
    say("The younger.")
    first, second = wire("/"), wire("/", query="page=2")
    assert first.status == second.status == 200
    assert first.body != second.body
    assert "The elder." in wire(POST).text
    assert "The younger." in wire(POST, query="comments=2").text
    assert "The elder." not in wire(POST, query="x=1&comments=2").text
    assert count_renders == ["/", "/", POST, POST]


def test_the_last_value_of_a_repeated_parameter_counts(
    write: Any, count_renders: list[str]
) -> None:
    for _number in range(11):
        write()
    bodies = {wire("/", query=query).body for query in ("page=2", "page=2&page=2", "page=3&page=2")}
    assert len(bodies) == 1
    assert count_renders == ["/"]


def test_a_head_request_is_answered_without_the_body(post: Post, unchanged: Any) -> None:
    fresh, kept = wire(POST, "HEAD"), unchanged(POST, method="HEAD")
    page = unchanged(POST)
    for head in (fresh, kept):
        assert (head.status, head.body) == (200, b"")
        assert head.headers == page.headers
    assert int(page.headers["content-length"]) == len(page.body) > 1000


def test_a_client_that_has_the_page_gets_304(post: Post, unchanged: Any) -> None:
    tag = wire(POST).headers["etag"]
    again = unchanged(POST, if_none_match=f'W/"another", {tag}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == "no-cache, s-maxage=1"
    assert again.headers["vary"] == "Accept-Encoding"
    assert "content-length" not in again.headers
    assert unchanged(POST, if_none_match='"another"').status == 200


def test_an_old_etag_does_not_match_after_a_change(post: Post, olive: Any, logged_in: Any) -> None:
    tag = wire(POST).headers["etag"]
    with transaction.atomic():
        Post.objects.update(title="Metallic Snow")
        invalidate_pages()
    assert wire(POST, if_none_match=tag).status == 200


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br ; q=0.000,gzip; q=0", None),
    ],
)
def test_each_encoding_contains_the_same_text(
    header: str, encoding: str | None, post: Post, unchanged: Any
) -> None:
    plain = wire(POST).body
    answer = unchanged(POST, accept_encoding=header)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(encoding, bytes)
    assert answer.headers.get("content-encoding") == encoding
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert unpack(answer.body) == plain


def test_each_encoding_has_an_etag_of_its_own(post: Post) -> None:
    encodings = ("", "gzip", "br")
    assert len({wire(POST, accept_encoding=name).headers["etag"] for name in encodings}) == 3


@pytest.mark.parametrize("path", KEPT)
def test_everyone_gets_the_same_page(
    path: str, post: Post, mo: Any, ada: Any, logged_in: Any
) -> None:
    def seen_by(*user: Any) -> Answer:
        forget_pages()  # so that the page is rendered for each of them
        cookies = [f"sessionid={logged_in(one).cookies['sessionid'].value}" for one in user]
        return wire(path, cookie="; ".join(cookies))

    answers = [seen_by(), seen_by(mo), seen_by(ada)]
    assert len({answer.body for answer in answers}) == 1
    for answer in answers:
        assert answer.headers["cache-control"] == "no-cache, s-maxage=1"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "set-cookie" not in answer.headers
        assert "verdict-expires" not in answer.headers


# --- What is never cached ---------------------------------------------------------------------


def test_a_not_found_page_is_not_cached(write: Any) -> None:
    write()
    assert wire("/reviews/later/").status == 404
    write(slug="later")  # without invalidating the cache
    assert wire("/reviews/later/").status == 200


def test_a_post_request_is_never_answered_from_the_cache(post: Post) -> None:
    assert wire(POST).status == 200
    assert (
        wire(POST, "POST").status == 403
    )  # it has no CSRF token, and the view accepts no POST request anyway
    assert wire(POST).status == 200


def test_a_refused_form_is_not_cached(
    send: Callable[..., Any], post: Post, count_renders: list[str]
) -> None:
    refused = send(body="", name="Typed by Rita")
    assert refused.status_code == 400
    assert refused["Cache-Control"] == "no-store"
    page = wire(POST)
    assert "Typed by Rita" not in page.text
    assert "been sent" not in page.text
    assert count_renders == [POST]


def test_an_http_page_is_not_served_for_https(
    post: Post, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import config.wsgi  # noqa: F401  (for all other tests, before the setting changes)

    settings.SECURE_SSL_REDIRECT = True
    cached = PageCacheMiddleware(get_wsgi_application())

    def by(scheme: str) -> Answer:
        def asked(environ: Any, start_response: Any) -> Any:
            return cached({**environ, "wsgi.url_scheme": scheme}, start_response)

        monkeypatch.setattr("config.wsgi.application", asked)
        return wire(POST)

    assert by("http").status == 301
    assert by("https").status == 200
    assert by("http").status == 301
    assert by("https").status == 200


# --- Changes are visible at once ---------------------------------------------------


@pytest.fixture
def whole(post: Post, say: Any) -> Post:
    """Create a post with everything whose change affects its page."""
    work = Work.objects.create(title="Metal", slug="metal", kind="film")
    picture = Picture(alt="A wet street", width=4, height=3)
    picture.file.name = "pictures/wet.webp"
    Picture.objects.bulk_create([picture])
    post.work, post.thumbnail = work, Picture.objects.get()
    post.summary, post.verdict, post.score = "It rains.", "Bring a coat.", 70
    post.save()
    post.tags.add(Tag.objects.create(name="rain", slug="rain"))
    say("Standing comment.")
    say("Waiting comment.", status="pending", email="wanda@example.com")
    return post


class Hand:
    """Makes changes in the admin and in the queue, as people do."""

    def __init__(self, client: Client, send_form: Callable[..., Any]) -> None:
        self.client, self.send_form = client, send_form

    def save(self, row: Any, **changes: Any) -> None:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        self.done(self.send_form(self.client, reverse(name, args=[row.pk]), **changes))

    def delete(self, row: Any) -> None:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_delete"
        self.done(self.client.post(reverse(name, args=[row.pk]), {"post": "yes"}))

    def settings(self, record: str, **changes: Any) -> None:
        self.done(self.send_form(self.client, reverse(f"admin:{record}_changelist"), **changes))

    def act(self, act: str, body: str) -> None:
        one = Comment.objects.get(body=body)
        self.done(self.client.post("/moderation/act/", {"act": f"{act}:{one.pk}"}))

    def edit(self, before: str, after: str) -> None:
        one = Comment.objects.get(body=before)
        values = {"name": "Rita", "website": "", "body": after}
        self.done(self.client.post(f"/moderation/{one.pk}/edit/", values))

    def done(self, answer: Any) -> None:
        assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def hand(olive: Any, logged_in: Any, send_form: Any) -> Hand:
    return Hand(logged_in(olive), send_form)


CHANGES: dict[str, tuple[Callable[[Hand, Post], None], str, str]] = {
    # change; text on the page of the post before; text on it afterwards
    "post": (lambda h, p: h.save(p, title="Metallic Snow"), "Metallic Rain", "Metallic Snow"),
    "picture": (lambda h, p: h.save(p.thumbnail, alt="A dry street"), "A wet", "A dry"),
    "tag": (lambda h, p: h.save(p.tags.get(), name="hail"), "rain</a></li>", "hail</a></li>"),
    "work": (lambda h, p: h.save(p.work, title="Tin"), "<cite>Metal<", "<cite>Tin<"),
    "site": (lambda h, p: h.settings("blog_sitesettings", name="Bar"), "- Verdict<", "- Bar<"),
    "rules": (
        lambda h, p: h.settings("comments_commentsettings", close_after_days="1"),
        "Leave a Reply",
        "Comments on this post are closed",
    ),
    "author": (lambda h, p: h.save(p.author, first_name="Adele"), "<b>Ada<", "<b>Adele<"),
    "approved": (lambda h, p: h.act("approve", "Waiting comment."), "1 comment", "Waiting comment"),
    "rejected": (
        lambda h, p: h.act("reject", "Standing comment."),
        "Standing comment",
        "No comments yet",
    ),
    "spam": (
        lambda h, p: h.act("spam", "Standing comment."),
        "Standing comment",
        "No comments yet",
    ),
    "edited": (
        lambda h, p: h.edit("Standing comment.", "Sitting comment."),
        "Standing comment",
        "Sitting comment",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_the_next_response_is_new(change: str, whole: Post, hand: Hand) -> None:
    make, before, after = CHANGES[change]
    page = wire(POST).text
    assert before in page
    assert after not in page
    make(hand, whole)
    page = wire(POST).text
    assert after in page
    assert before not in page


def test_an_undone_approval_is_removed_from_the_page_at_once(whole: Post, hand: Hand) -> None:
    hand.act("approve", "Waiting comment.")
    assert "Waiting comment." in wire(POST).text
    act = Comment.objects.get(body="Waiting comment.").events.last().act
    hand.done(hand.client.post("/moderation/undo/", {"act": act}))
    assert "Waiting comment." not in wire(POST).text


@pytest.mark.parametrize("path", ["/", "/feed/"])
def test_a_deleted_post_is_gone_at_once(path: str, whole: Post, hand: Hand) -> None:
    assert "Metallic Rain" in wire(path).text
    hand.delete(whole)
    assert "Metallic Rain" not in wire(path).text
    assert wire(POST).status == 404


def test_posts_deleted_from_the_list_are_gone_at_once(whole: Post, hand: Hand) -> None:
    assert "Metallic Rain" in wire("/").text
    selection = {"action": "delete_selected", "_selected_action": whole.pk, "post": "yes"}
    hand.done(hand.client.post(reverse("admin:blog_post_changelist"), selection))
    assert "Metallic Rain" not in wire("/").text


def test_changing_the_score_guide_invalidates_pages_but_changes_no_post(
    whole: Post, hand: Hand, count_renders: list[str]
) -> None:
    band = Band.objects.create(lowest=70, wording="good company")
    hand.save(whole, score="74")
    Post.objects.update(score_wording="good company")
    wire(POST)
    hand.save(band, wording="bad company")
    assert "good company" in wire(POST).text
    assert count_renders == [POST, POST]


def test_a_published_comment_of_the_team_is_on_the_page_at_once(
    post: Post, send: Any, ada: Any, logged_in: Any
) -> None:
    assert "No comments yet" in wire(POST).text
    assert send(logged_in(ada), body="Thank you all.").status_code == 303
    assert "Thank you all." in wire(POST).text


def test_a_pending_comment_does_not_invalidate_the_page(
    post: Post, send: Any, unchanged: Any
) -> None:
    before = wire(POST).body
    assert send().status_code == 303
    assert unchanged(POST).body == before


def test_a_page_rendered_while_a_change_commits_is_not_cached_as_current(post: Post) -> None:
    wire("/privacy/")  # there is a version
    changed = []

    def change_after_the_post_was_read(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "blog_post"' in sql and not changed:
            changed.append(sql)
            Post.objects.update(title="Metallic Snow")
            with transaction.atomic():
                invalidate_pages()
        return result

    with connection.execute_wrapper(change_after_the_post_was_read):
        wire(POST)
    assert changed
    assert "Metallic Snow" in wire(POST).text
    assert "Metallic Rain" not in wire(POST).text


# --- Expiry ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/feed/"])
def test_a_scheduled_post_appears_at_its_time(
    path: str, post: Post, write: Any, clock: Any, unchanged: Any
) -> None:
    write(title="Tomorrow's Rain", published_at=timezone.now() + timedelta(hours=1))
    assert "Tomorrow" not in wire(path).text
    clock.move(minutes=59)
    assert "Tomorrow" not in unchanged(path).text
    clock.move(minutes=2)
    assert "Tomorrow" in wire(path).text


@pytest.mark.parametrize("path", ["/", "/feed/"])
def test_a_post_published_during_a_rendering_is_on_the_next_page(
    path: str, post: Post, write: Any, clock: Any
) -> None:
    write(title="Tomorrow's Rain", published_at=timezone.now() + timedelta(hours=1))
    wire("/privacy/")  # there is a version
    moved = []

    def its_time_comes(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "blog_post"' in sql and not moved:
            moved.append(sql)
            clock.move(hours=2)
        return result

    with connection.execute_wrapper(its_time_comes):
        wire(path)
    assert moved
    assert "Tomorrow" in wire(path).text


def test_the_closing_of_comments_changes_the_page_at_its_time(
    post: Post, clock: Any, unchanged: Any
) -> None:
    Post.objects.update(published_at=timezone.now() - timedelta(hours=47))
    CommentSettings(close_after_days=2).save()
    assert "Leave a Reply" in wire(POST).text
    clock.move(minutes=59)
    assert "Leave a Reply" in unchanged(POST).text
    clock.move(minutes=2)
    assert "Leave a Reply" not in wire(POST).text
    assert "Comments on this post are closed" in wire(POST).text


# --- Under load, and when things break ------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_request_renders_a_page_while_the_others_wait(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, answers, django = [], [], get_wsgi_application()

    def slow(environ: Any, start_response: Any) -> Any:
        made.append(environ["PATH_INFO"])
        time.sleep(0.3)
        return django(environ, start_response)

    monkeypatch.setattr("config.wsgi.application", PageCacheMiddleware(slow))

    def ask() -> None:
        try:
            answers.append(wire(POST))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert made == [POST]
    assert [answer.status for answer in answers] == [200] * 5
    assert len({answer.body for answer in answers}) == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Return a context manager in which the database refuses every query."""

    def no_answer(*_call: Any) -> Any:
        raise OperationalError("the server is gone")

    @contextmanager
    def gone() -> Iterator[None]:
        with monkeypatch.context() as patch, connection.execute_wrapper(no_answer):
            patch.setattr(connection, "close", lambda: None)  # it would remove the wrapper
            yield

    return gone


@pytest.mark.django_db(transaction=True)
def test_a_cached_page_is_not_served_while_the_database_is_unavailable(
    post: Post, broken: Any
) -> None:
    before = wire(POST)
    Tag.objects.create(name="Rain", slug="rain")  # a change that might affect the page
    with broken():
        assert wire(POST).status in (500, 503)
    assert wire(POST).body == before.body


@pytest.mark.django_db(transaction=True)
def test_a_page_that_needs_no_database_is_served_without_one(
    broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sturdy(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), (EXPIRES_HEADER, "99999999999")])
        return [b"still here"]

    monkeypatch.setattr("config.wsgi.application", PageCacheMiddleware(sturdy))
    with broken():
        answer = wire("/privacy/")
    assert (answer.status, answer.body) == (200, b"still here")
    assert "verdict-expires" not in answer.headers
