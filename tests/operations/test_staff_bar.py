"""The bar for people who are logged in, which a script fetches after the page."""

import re
from typing import Any

import pytest
from django.test import Client

from blog.models import Page, Post, Tag, Work
from comments.models import Status
from tests.support.people import PASSWORD, person

BAR = "/account/bar/"
REVIEW = "/reviews/metallic-rain/"


def bar_at(client: Client, path: str) -> str:
    answer = client.get(BAR, {"path": path})
    assert answer.status_code == 200
    return answer.content.decode()


def links_of(html: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', html)


def log_in(client: Client, name: str) -> Any:
    return client.post("/login/", {"username": name, "password": PASSWORD})


@pytest.fixture
def rows(post: Post) -> dict[str, Any]:
    """Return what has an editor, by the address of its page; one is in Japanese, quoted."""
    return {
        REVIEW: post,
        "/about/": Page.objects.create(title="About", slug="about", body="Us."),
        "/works/rain/": Work.objects.create(title="Rain", slug="rain", kind="film"),
        "/tags/%E9%9B%A8/": Tag.objects.create(name="雨", slug="雨"),
    }


def test_an_author_finds_the_editor_of_what_the_page_shows(
    ada: Any, logged_in: Any, rows: Any
) -> None:
    for path, row in rows.items():
        address = f"/admin/blog/{row._meta.model_name}/{row.pk}/change/"
        assert address in links_of(bar_at(logged_in(ada), path))


@pytest.mark.parametrize("path", ["/", "/reviews/no-such/", "/no/such/", "", "reviews", "/%ff/%00"])
def test_a_page_that_shows_nothing_of_the_kind_has_no_editor(
    path: str, ada: Any, logged_in: Any, post: Post
) -> None:
    assert "/change/" not in bar_at(logged_in(ada), path)


def test_each_person_is_offered_only_what_they_may_do(
    ada: Any, mo: Any, olive: Any, logged_in: Any, post: Post
) -> None:
    edit, write = f"/admin/blog/post/{post.pk}/change/", "/admin/blog/post/add/"
    account, moderate = "/login/second-factor/", "/moderation/"
    guest = person("Guest")
    offered = {one: links_of(bar_at(logged_in(one), REVIEW)) for one in (ada, mo, olive, guest)}
    assert offered == {
        ada: [edit, write, account],
        mo: [moderate, account],
        olive: [edit, moderate, write, account],
        guest: [account],
    }


def test_a_moderator_sees_how_many_comments_are_pending(mo: Any, logged_in: Any, say: Any) -> None:
    say(status=Status.PENDING)
    say("Another.", status=Status.PENDING)
    say("Spam.", status=Status.SPAM)
    assert '<span class="staff-bar-count" title="Waiting for review">2</span>' in bar_at(
        logged_in(mo), "/"
    )


def test_only_those_whose_comments_are_the_teams_are_told_their_name(
    ada: Any, mo: Any, logged_in: Any, db: None
) -> None:
    for user, is_told in ((ada, True), (mo, True), (person("Guest"), False)):
        assert ("You are commenting as" in bar_at(logged_in(user), REVIEW)) is is_told


def test_who_is_not_logged_in_gets_no_bar(client: Client, db: None) -> None:
    answer = client.get(BAR, {"path": "/"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_bar_is_never_cached(ada: Any, client: Client, logged_in: Any) -> None:
    for one in (client, logged_in(ada)):
        assert "no-store" in one.get(BAR)["Cache-Control"]


def test_the_marker_comes_and_goes_with_the_session(mo: Any, client: Client) -> None:
    log_in(client, "nobody")
    assert "logged_in" not in client.cookies
    log_in(client, "mo")
    session, marker = client.cookies["sessionid"], client.cookies["logged_in"]
    assert not marker["httponly"]
    shared = ("max-age", "path", "secure", "samesite")
    assert [marker[name] for name in shared] == [session[name] for name in shared]
    client.post("/logout/")
    assert client.cookies["logged_in"].value == ""


def test_a_marker_that_outlived_its_session_is_deleted(client: Client, db: None) -> None:
    client.cookies["logged_in"] = "1"
    client.get(BAR)
    assert client.cookies["logged_in"].value == ""


def test_the_marker_alone_opens_nothing(client: Client, db: None) -> None:
    client.cookies["logged_in"] = "1"
    assert client.get("/moderation/").status_code == 302
    assert client.get(BAR).status_code == 204
