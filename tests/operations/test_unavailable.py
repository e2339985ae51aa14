"""An unavailable or locked database causes a 503 response that returns the typed text."""

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from blog.models import Post
from comments.models import Comment, Status
from tests.support.forms import form
from tests.support.wire import wire

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "A <b>long</b> thought, typed for an hour."
GIVEN_BACK = "A &lt;b&gt;long&lt;/b&gt; thought, typed for an hour."


@pytest.fixture
def no_database():
    """Return two functions: one breaks the connection to the database, one repairs it."""
    before = dict(connection.settings_dict)

    def away() -> None:
        connection.close()
        nowhere = {"NAME": "/nowhere/at/all.sqlite3"} if is_sqlite() else {"PORT": "1"}
        connection.settings_dict.update(nowhere)

    def back() -> None:
        connection.close()
        connection.settings_dict.update(before)

    away.back = back
    yield away
    back()


@pytest.fixture
def locked():
    """Lock tables as another process would, with a short timeout for all others."""
    other = connections["default"].copy()

    def lock(table: str) -> None:
        with connection.cursor() as cursor:
            patience = "PRAGMA busy_timeout = 100" if is_sqlite() else "SET lock_timeout = 100"
            cursor.execute(patience)
        with other.cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE" if is_sqlite() else "BEGIN")
            if not is_sqlite():
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")

    yield lock
    with other.cursor() as cursor:
        cursor.execute("ROLLBACK")
    other.close()
    connection.close()


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def quiet(user=None) -> Client:
    """Return a client that gets the error page instead of the exception."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def test_a_reader_is_asked_to_try_again_later(post, no_database):
    no_database()
    answer = quiet().get(post.get_absolute_url())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "available right now" in answer.content.decode()
    assert wire("/").status == 503
    no_database.back()
    assert wire("/").status == 200


def test_the_text_of_a_comment_is_returned_and_can_be_sent_again(post, no_database):
    no_database()
    client, path = quiet(), f"/reviews/{post.slug}/comments/"
    answer = client.post(path, form(body=TEXT), headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 503
    assert GIVEN_BACK in answer.content.decode()
    no_database.back()
    answer = client.post(path, form(body=TEXT), headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, Comment.objects.count()) == (303, 1)


def test_text_from_another_site_is_not_returned(post, no_database):
    no_database()
    answer = quiet().post(
        f"/reviews/{post.slug}/comments/",
        form(body=TEXT),
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 503
    assert "thought" not in answer.content.decode()


def test_an_authors_text_is_returned(post, olive, no_database):
    author = quiet(olive)
    no_database()
    typed = {"title": "A title", "body": TEXT, "slug": "a-title"}
    address = reverse("admin:blog_post_change", args=[post.pk])
    answer = author.post(address, typed, headers={"Sec-Fetch-Site": "same-origin"})
    said = answer.content.decode()
    assert answer.status_code == 503
    assert GIVEN_BACK in said
    assert ">\nA title</textarea>" in said


def test_an_authors_text_is_returned_while_the_database_is_locked(write, olive, locked):
    author = quiet(olive)
    address = reverse("admin:blog_tag_add")
    locked("blog_tag")
    answer = author.post(address, {"name": TEXT[:40], "slug": "a-tag"})
    assert answer.status_code == 503
    assert "A &lt;b&gt;long" in answer.content.decode()


def test_a_comment_is_returned_while_the_database_is_locked(post, locked):
    locked("comments_comment")
    path = f"/reviews/{post.slug}/comments/"
    answer = quiet().post(path, form(body=TEXT), headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 503
    assert GIVEN_BACK in answer.content.decode()


def test_a_moderators_edit_is_returned(say, mo, no_database):
    comment, moderator = say(status=Status.PENDING), quiet(mo)
    no_database()
    address = reverse("moderation_edit", args=[comment.pk])
    answer = moderator.post(address, {"name": "Rita", "body": TEXT})
    assert answer.status_code == 503
    assert GIVEN_BACK in answer.content.decode()


def test_outdated_cached_pages_are_not_served_afterwards(post, no_database):
    assert wire(post.get_absolute_url()).status == 200
    no_database()
    assert wire(post.get_absolute_url()).status == 503
    no_database.back()
    Post.objects.update(title="Another one")
    assert wire(post.get_absolute_url()).status == 200


def test_an_error_in_our_code_is_not_reported_as_unavailability(post, olive, monkeypatch):
    monkeypatch.setattr(Post, "get_absolute_url", lambda self: 1 / 0)
    answer = quiet().get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our end" in answer.content.decode()
