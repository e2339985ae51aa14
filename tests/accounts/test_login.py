"""Logging in and out, changing a password, and resetting a forgotten one by mail."""

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.test import Client
from django_tasks_db.models import DBTaskResult

from blog.models import SiteSettings
from operations.queue import run_queued
from tests.support.people import PASSWORD, person

LOGIN = "/login/"


def log_in(client: Client, name: str, **values: str) -> Any:
    return client.post(LOGIN, {"username": name, "password": PASSWORD, **values}, follow=True)


# --- Logging in and out -----------------------------------------------------------------------


def test_the_login_page_shows_the_name_of_the_site(client: Client, db: None) -> None:
    SiteSettings(name="The Late Showing").save()
    for page in (client.get(LOGIN), log_in(client, "nobody")):
        assert "The Late Showing" in page.content.decode()
        assert "example.com" not in page.content.decode()


@pytest.mark.parametrize(
    ("who", "place"),
    [("olive", "/admin/"), ("ada", "/admin/"), ("mo", "/moderation/"), ("nobody", "/")],
)
def test_a_login_leads_to_the_page_for_the_persons_role(
    who: str, place: str, olive: Any, ada: Any, mo: Any, client: Client
) -> None:
    person("Nobody")
    answer = log_in(client, who)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == place


def test_a_login_leads_back_to_the_requested_page(mo: Any, client: Client) -> None:
    asked = client.get("/moderation/?status=spam")
    assert asked["Location"] == "/login/?next=/moderation/%3Fstatus%3Dspam"
    answer = log_in(client, "mo", next="/moderation/?status=spam")
    assert answer.redirect_chain[-1][0] == "/moderation/?status=spam"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ],
)
def test_a_login_leads_to_no_other_site(address: str, mo: Any, client: Client) -> None:
    assert log_in(client, "mo", next=address).redirect_chain[-1][0] == "/moderation/"


@pytest.mark.parametrize("address", ["\\evil.example", "evil.example", "/admin/\\evil.example"])
def test_an_address_that_looks_like_another_site_stays_on_this_one(
    address: str, mo: Any, client: Client
) -> None:
    form = {"username": "mo", "password": PASSWORD, "next": address}
    place = client.post(LOGIN, form)["Location"]
    assert "\\" not in place  # browsers treat it as a slash
    assert urlsplit(urljoin("http://testserver/login/", place)).netloc == "testserver"


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/"])
def test_the_admins_login_leads_to_no_other_site(address: str, mo: Any, client: Client) -> None:
    answer = client.get("/admin/login/", {"next": address})
    assert urlsplit(answer["Location"]).path == LOGIN
    form = client.get(answer["Location"])
    assert log_in(client, "mo", next=address).redirect_chain[-1][0] == "/moderation/"
    assert form.status_code == 200


@pytest.mark.parametrize("name", ["mo", "nobody-here"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_error(
    name: str, mo: Any, client: Client
) -> None:
    answer = log_in(client, name, password="wrong")
    assert answer.status_code == 200
    assert "Please enter a correct username and password" in answer.content.decode()
    assert not answer.wsgi_request.user.is_authenticated


def test_no_cache_stores_the_login_page(mo: Any, client: Client) -> None:
    for page in (client.get(LOGIN), log_in(client, "mo", password="wrong")):
        assert "no-store" in page["Cache-Control"]
        assert "private" in page["Cache-Control"]


def test_each_login_gets_a_session_of_its_own(mo: Any, logged_in: Any) -> None:
    stranger = Client()
    stranger.cookies["sessionid"] = planted = "planted0000000000000000000000000"
    log_in(stranger, "mo")
    assert stranger.cookies["sessionid"].value != planted
    shared = logged_in(person("Rita"))
    before = shared.session.session_key
    log_in(shared, "mo")
    assert shared.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_cookies_are_restricted_to_this_site_and_to_tls_behind_tls(mo: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True  # as with an https SITE_URL
    client = Client()
    client.get(LOGIN, secure=True)
    client.post(LOGIN, {"username": "mo", "password": PASSWORD}, secure=True)
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["secure"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert not client.cookies[name]["domain"]
    assert client.cookies["sessionid"]["httponly"]


def test_logging_out_needs_a_post_request(mo: Any, logged_in: Any) -> None:
    client = logged_in(mo)
    assert client.get("/logout/").status_code == 405
    assert client.get("/moderation/").status_code == 200
    answer = client.post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/moderation/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/logout/", LOGIN, "/login/second-factor/", "/password/change/", "/password/reset/"]
)
def test_every_form_needs_a_csrf_token(path: str, mo: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    assert client.post(path, {}).status_code == 403


# --- A new password -------------------------------------------------------------------------


def test_changing_a_password_needs_the_old_one(mo: Any, logged_in: Any) -> None:
    client, new = logged_in(mo), "another long one"
    form = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert client.post("/password/change/", form).status_code == 200
    mo.refresh_from_db()
    assert mo.check_password(PASSWORD)
    form["old_password"] = PASSWORD
    assert client.post("/password/change/", form)["Location"] == "/password/change/done/"
    mo.refresh_from_db()
    assert mo.check_password(new)
    assert client.get("/password/change/done/").status_code == 200


@pytest.mark.parametrize("password", ["short", "password123", "1234567890987", "moderator-mo"])
def test_a_weak_password_is_refused_with_an_explanation(
    password: str, logged_in: Any, db: None
) -> None:
    client = logged_in(person("Moderator-Mo"))
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    answer = client.post("/password/change/", form)
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()


def test_changing_a_password_needs_a_login(client: Client, db: None) -> None:
    answer = client.get("/password/change/")
    assert answer["Location"] == "/login/?next=/password/change/"


# --- A forgotten password -------------------------------------------------------------------


class Postbox:
    """Stores every message that it gets."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
def postbox(settings: Any) -> Iterator[list[Message]]:
    """Run a real SMTP server to which the site sends its mail; yield its messages."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.SITE_URL = "https://reviews.example"
    yield box.mails
    server.stop()


@pytest.fixture
def queue(transactional_db: None) -> Any:
    """Return what is in the queue, as text. Committed, because the worker closes connections."""
    if not site.REDIS_URL:
        return lambda: [str(vars(row)) for row in DBTaskResult.objects.all()]
    import django_rq

    waiting = django_rq.get_queue("default")
    waiting.empty()
    return lambda: [str(job.to_dict()) + str(job.args) + str(job.kwargs) for job in waiting.jobs]


def ask_for(address: str) -> Any:
    return Client().post("/password/reset/", {"email": address}, headers={"host": "127.0.0.1"})


def link_in(mail: Message) -> str:
    (link,) = re.findall(r"https?://\S+", mail.get_content())  # type: ignore[attr-defined]
    return link


@pytest.fixture
def ada_asked(ada: Any, queue: Any, postbox: list[Message]) -> list[Message]:
    """The mails after Ada has requested a new password and the worker has run."""
    ask_for(ada.email)
    run_queued()
    return postbox


def test_the_mail_contains_a_link_to_the_sites_own_address(ada_asked: list[Message]) -> None:
    (mail,) = ada_asked
    assert mail["To"] == "ada@example.org"
    assert mail["From"] == site.DEFAULT_FROM_EMAIL
    assert "Verdict" in mail["Subject"]
    assert "\n" not in mail["Subject"]
    assert link_in(mail).startswith("https://reviews.example/password/reset/")


def test_the_link_sets_a_password_once(ada_asked: list[Message], ada: Any) -> None:
    path, client = urlsplit(link_in(ada_asked[0])).path, Client()
    form = client.get(path, follow=True)
    assert form.status_code == 200
    new = {"new_password1": "another long one", "new_password2": "another long one"}
    answer = client.post(form.redirect_chain[-1][0], new)
    assert answer["Location"] == "/password/reset/done/"
    ada.refresh_from_db()
    assert ada.check_password("another long one")
    again = Client().get(path, follow=True)
    assert "has expired or was already used" in again.content.decode()


def test_a_wrong_link_sets_nothing(ada: Any, client: Client) -> None:
    for path in ("/password/reset/Mg/abc-123/", "/password/reset/!/x/", "/password/reset/Mg/x/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200
        assert "has expired or was already used" in answer.content.decode()


def test_the_queue_contains_neither_token_nor_address(
    ada: Any, queue: Any, postbox: list[Message]
) -> None:
    ask_for(ada.email)
    waiting = queue()
    assert len(waiting) == 1
    run_queued()
    token = link_in(postbox[0]).rstrip("/").rpartition("/")[2]
    for row in [*waiting, *queue()]:
        assert token not in row
        assert ada.email not in row


def test_an_unknown_address_gets_the_same_response_and_no_mail(
    ada: Any, queue: Any, postbox: list[Message]
) -> None:
    known, unknown = ask_for(ada.email), ask_for("nobody@example.org")
    run_queued()
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [mail["To"] for mail in postbox] == [ada.email]


def test_a_deactivated_account_gets_no_mail(ada: Any, queue: Any, postbox: list[Message]) -> None:
    ada.is_active = False
    ada.save()
    ask_for(ada.email)
    run_queued()
    assert postbox == []
