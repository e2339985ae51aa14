"""Text that is submitted after the login or the CSRF token has expired is shown again."""

from datetime import timedelta
from typing import Any

import html5lib
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from blog.models import Post
from tests.support.people import PASSWORD

TYPED = {
    "title": "Hail </textarea><script>",
    "body": "\nA day of writing.",
    "verdict": "Bring a hat.",
    "summary": "It hails.",
    "score": "70",
    "csrfmiddlewaretoken": "old-token",
    "_save": "Save",
}
OURS = {"Sec-Fetch-Site": "same-origin"}
ADD = "/admin/blog/post/add/"


def sent(client: Client, path: str = ADD, **values: Any) -> Any:
    return client.post(path, {**TYPED, **values}, headers=OURS)


def given_back(answer: Any) -> dict[str, str]:
    """Return the text areas of a valid page by their labels."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.content)
    labels = {label.get("for"): label.text for label in tree.iter("label")}
    areas = tree.iter("textarea")
    return {labels[a.get("id")]: a.text for a in areas if a.get("readonly") is not None}


@pytest.fixture
def logged_out(db: None) -> Client:
    return Client()


@pytest.fixture
def out_of_date(ada: Any) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    return client


@pytest.mark.parametrize("state", ["logged_out", "out_of_date"])
def test_the_submitted_text_is_shown_so_that_it_can_be_copied(
    state: str, request: Any, post: Post
) -> None:
    client = request.getfixturevalue(state)
    for path in (ADD, f"/admin/blog/post/{post.pk}/change/"):
        answer = sent(client, path)
        assert answer.status_code == 403
        assert given_back(answer) == {
            "Title": TYPED["title"],
            "Text": TYPED["body"],
            "Verdict": TYPED["verdict"],
            "Summary": TYPED["summary"],
        }
        assert "no-store" in answer["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in answer.content.decode()
        assert "old-token" not in answer.content.decode()
    assert Post.objects.count() == 1


def test_the_link_back_to_the_form_leads_through_the_login(logged_out: Client, ada: Any) -> None:
    page = sent(logged_out, f"{ADD}?plain=1").content.decode()
    login = "/login/?next=%2Fadmin%2Fblog%2Fpost%2Fadd%2F%3Fplain%3D1"
    assert f'<a href="{login}" target="_blank" rel="noopener">' in page
    answer = logged_out.post(login, {"username": "ada", "password": PASSWORD})
    assert answer["Location"] == f"{ADD}?plain=1"


def test_an_expired_form_links_to_a_new_one(out_of_date: Client) -> None:
    assert f'<a href="{ADD}" target="_blank" rel="noopener">' in sent(out_of_date).content.decode()


@pytest.mark.parametrize("state", ["logged_out", "out_of_date"])
def test_passwords_are_not_shown_again(state: str, request: Any) -> None:
    client = request.getfixturevalue(state)
    secret = {"password": "hush-hush", "password1": "hush-hush", "username": "eve"}
    answer = sent(client, "/admin/auth/user/add/", **secret)
    assert given_back(answer)["Username"] == "eve"
    assert "hush-hush" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/login/", "/moderation/", "/nothing/", "/reviews/hail/"])
def test_only_forms_of_the_admin_are_shown_again(path: str, out_of_date: Client) -> None:
    assert "Bring a hat." not in sent(out_of_date, path).content.decode()


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_text_from_another_site_is_not_shown(
    headers: dict[str, str], logged_out: Client, out_of_date: Client
) -> None:
    for client in (logged_out, out_of_date):
        answer = client.post(ADD, TYPED, headers=headers)
        assert answer.status_code in (302, 403)
        assert "Bring a hat." not in answer.content.decode()


def test_a_form_without_text_redirects_to_the_login(logged_out: Client) -> None:
    for answer in (logged_out.get(ADD), logged_out.post(ADD, {"_save": "Save"})):
        assert (answer.status_code, answer["Location"]) == (
            302,
            "/admin/login/?next=/admin/blog/post/add/",
        )


def test_a_person_without_permission_is_told_so(mo: Any, logged_in: Any) -> None:
    assert sent(logged_in(mo)).status_code == 302


@pytest.mark.parametrize("text", ["x" * 100_000, "鋼" * 300, "&amp;", "{{ x }}", "</p>"])
def test_any_text_is_shown_again(text: str, logged_out: Client) -> None:
    assert given_back(sent(logged_out, body=text))["Text"] == text


def test_text_that_html_cannot_contain_gets_a_response(logged_out: Client) -> None:
    assert sent(logged_out, body="a\0b").status_code == 403


def test_working_in_the_admin_keeps_the_session_alive(ada: Any, logged_in: Any, post: Post) -> None:
    client = logged_in(ada)
    soon = timezone.now() + timedelta(hours=1)
    Session.objects.update(expire_date=soon)
    for path in ("/", f"/reviews/{post.slug}/", "/search/?q=rain"):
        assert not client.get(path).cookies
    assert Session.objects.get().expire_date == soon
    answer = client.get(ADD)
    assert "sessionid" in answer.cookies
    assert Session.objects.get().expire_date > soon
