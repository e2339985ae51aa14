"""The links in moderators' mail: what they show, what they do, and every way to use them twice."""

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from comments import mail_links, moderation, notifications
from comments.models import Comment, Event, Kind, Status
from core.logging import masked
from pagecache.version import current_version

LINK = re.compile(r"https://reviews\.example(/moderation/mail/[^/\s]+/)")
ACTS = {"approve": Status.APPROVED, "spam": Status.SPAM, "reject": Status.TRASH}


@pytest.fixture
def waiting(say: Any) -> Comment:
    return say(
        "I wept when ||the finch|| fell. [Look](https://example.com/)",
        status=Status.PENDING,
        reason="Held by a rule.",
        address="203.0.113.9",
        website="https://rita.example",
    )


@pytest.fixture
def mailed(postbox: Any) -> Any:
    """Return a function that sends the mail that is due; it returns the links by recipient."""

    def sent() -> dict[str, list[str]]:
        Event.objects.update(at=timezone.now() - timedelta(seconds=11))
        notifications.notify_moderators()
        return {m["To"]: LINK.findall(m.get_content()) for m in postbox.mails}

    return sent


@pytest.fixture
def link(waiting: Comment, mo: Any, mailed: Any) -> str:
    """Return the path of the link that Mo got."""
    (path,) = mailed()["mo@example.org"]
    return path


def post(path: str, act: str = "approve", client: Client | None = None) -> Any:
    return (client or Client()).post(path, {"act": act})


def status() -> str:
    return Comment.objects.values_list("status", flat=True).get()


def assert_dead(path: str) -> None:
    """Assert that a link shows nothing of the comment, and does nothing."""
    before = list(Event.objects.values())
    for response in (Client().get(path), post(path), post(path, "spam")):
        page = response.content.decode()
        assert response.status_code == 410
        assert "This link no longer works" in page
        assert 'href="/moderation/"' in page
        assert "I wept" not in page
    assert list(Event.objects.values()) == before


def test_a_link_shows_the_comment_and_asks(link):
    page = Client().get(link).content.decode()
    for shown in ("I wept when", "Rita", "Metallic Rain", "Held by a rule.", "Not checked by"):
        assert shown in page
    for act in ACTS:
        assert f'name="act" value="{act}"' in page
    assert "rita@example.com" not in page
    assert "203.0.113.9" not in page


@pytest.mark.parametrize("method", ["get", "head", "options", "put"])
def test_only_the_form_changes_anything(link, method):
    for _time in range(2):
        getattr(Client(), method)(f"{link}?act=approve")
    assert status() == Status.PENDING
    assert Event.objects.count() == 1
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_the_act_is_the_moderators_and_is_done_without_a_login(link, mo, act):
    response = post(link, act)
    assert response.status_code == 303
    event = Event.objects.latest("pk")
    assert (event.by, event.status_from, event.status_to) == (mo, Status.PENDING, ACTS[act])
    assert event.kind in (Kind.APPROVE, Kind.SPAM, Kind.TRASH)
    assert status() == ACTS[act]
    assert "sessionid" not in response.cookies


def test_an_approval_reaches_readers(link):
    before = current_version()
    post(link)
    assert current_version() != before
    assert "I wept when" in Client().get("/reviews/metallic-rain/").content.decode()


def test_the_act_of_somebody_else_who_is_logged_in_is_still_that_of_the_link(link, mo, ada):
    client = Client()
    client.force_login(ada)
    post(link, client=client)
    assert Event.objects.latest("pk").by == mo


@pytest.mark.parametrize("act", ["", "restore", "undo", "approve:1", "delete"])
def test_no_other_act_is_possible(link, act):
    assert post(link, act).status_code == 400
    assert status() == Status.PENDING


def test_a_form_needs_a_csrf_token_which_the_page_has(link):
    client = Client(enforce_csrf_checks=True)
    assert client.post(link, {"act": "approve"}).status_code == 403
    assert status() == Status.PENDING
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', client.get(link).content.decode())
    client.post(link, {"act": "approve", "csrfmiddlewaretoken": token[1]})
    assert status() == Status.APPROVED


def test_the_pages_are_private(link):
    done = post(link)
    for response in (Client().get(done["Location"]), Client().get(link), done):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "strict-origin"


# --- Used again. ---------------------------------------------------------------------------------


def test_a_link_works_once(link):
    post(link)
    assert_dead(link)


def test_a_link_stays_dead_after_an_undo(link):
    Client().post(post(link)["Location"])
    assert status() == Status.PENDING
    assert_dead(link)


def test_of_two_moderators_the_second_is_told(waiting, mo, olive, mailed):
    links = mailed()
    first, second = links["mo@example.org"][0], links["olive@example.org"][0]
    assert first != second
    post(first, "spam")
    page = post(second, "approve")
    assert page.status_code == 410
    assert "status now: spam" in page.content.decode()
    assert status() == Status.SPAM
    assert_dead(second)


@pytest.mark.parametrize("act", moderation.ACTIONS)
def test_a_link_dies_with_any_decision_in_the_queue(link, waiting, olive, act):
    moderation.ACTIONS[act]([waiting.pk], olive)
    if status() != Status.PENDING:
        assert_dead(link)
        moderation.restore([waiting.pk], olive)
        assert status() == Status.PENDING
        assert_dead(link)


def test_a_link_dies_with_an_edit_because_another_text_was_told(link, waiting, olive):
    moderation.edit(waiting.pk, olive, name="Rita", website="", body="Buy things.")
    assert_dead(link)


def test_a_link_dies_after_seven_days(link, clock):
    clock.move(days=6, hours=23)
    assert Client().get(link).status_code == 200
    clock.move(hours=2)
    assert_dead(link)


def test_a_link_dies_with_its_comment(link, waiting):
    waiting.delete()
    assert_dead(link)


@pytest.mark.parametrize(
    "change",
    [
        lambda mo: mo.groups.clear(),
        lambda mo: setattr(mo, "is_active", False),
        lambda mo: mo.set_password("another long enough one"),
        lambda mo: setattr(mo, "email", "new@example.org"),
    ],
    ids=["no moderator", "inactive", "new password", "new address"],
)
def test_a_link_dies_with_the_rights_password_and_address_of_its_moderator(link, mo, change):
    change(mo)
    mo.save()
    assert_dead(link)
    assert "status now" not in Client().get(link).content.decode()


def test_a_link_dies_with_its_moderator(link, mo):
    mo.delete()
    assert_dead(link)


def test_a_changed_token_is_no_token(link):
    token = link.split("/")[-2]
    values, time, signature = token.split(".")
    for other in ("x", token[:-1], f"{values}.{time}", f"{values}.{time}.{signature[::-1]}"):
        assert_dead(f"/moderation/mail/{other}/")


def test_a_link_and_an_undo_cannot_stand_in_for_each_other(link):
    undo = post(link)["Location"]
    token, undo_token = link.split("/")[-2], undo.split("/")[-2]
    assert_dead(f"/moderation/mail/undo/{token}/")
    assert_dead(f"/moderation/mail/{undo_token}/")


def test_a_link_dies_with_another_secret_key(link, settings):
    settings.SECRET_KEY = "another one"
    assert_dead(link)


def test_a_decision_between_check_and_act_comes_first(link, waiting, olive, monkeypatch):
    """Somebody decides after the link was found to work: the comment is left as it then is."""
    act = mail_links.ACTS["approve"]

    def late(*args: Any) -> Any:
        moderation.mark_as_spam([waiting.pk], olive)
        return act(*args)

    monkeypatch.setitem(mail_links.ACTS, "approve", late)
    assert post(link).status_code == 410
    assert status() != Status.APPROVED


@pytest.mark.django_db(transaction=True)
def test_of_links_used_at_the_same_moment_only_one_works(waiting, mo, olive):
    last_event = mail_links.last_events([waiting.pk])[waiting.pk]
    tokens = [mail_links.decision_token(waiting.pk, by, last_event) for by in (mo, olive, mo)]
    barrier = threading.Barrier(len(tokens))

    def use(token: str, act: str) -> int:
        barrier.wait()
        code = post(f"/moderation/mail/{token}/", act).status_code
        connections.close_all()
        return code

    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(use, tokens, ACTS))
    assert sorted(codes) == [303, 410, 410]
    assert Event.objects.count() == 2


# --- Undo. ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_undo_takes_the_act_back_and_asks_anew(link, mo, act):
    address = post(link, act)["Location"]
    page = Client().get(address).content.decode()
    assert "Rita&#x27;s comment" in page
    assert "Undo" in page
    assert status() == ACTS[act]
    page = Client().post(address).content.decode()
    assert "Undone." in page
    assert (status(), Event.objects.latest("pk").by) == (Status.PENDING, mo)
    fresh = re.search(r'action="(/moderation/mail/[^"]+)"', page)[1]
    assert fresh != link
    post(fresh, "reject")
    assert status() == Status.TRASH
    assert_dead(fresh)


def test_undo_works_once_and_for_ten_minutes(link, clock):
    address = post(link)["Location"]
    clock.move(minutes=9)
    assert Client().get(address).status_code == 200
    clock.move(minutes=2)
    assert_dead(address)
    assert status() == Status.APPROVED


def test_undo_changes_nothing_that_somebody_else_decided_since(link, waiting, olive):
    address = post(link)["Location"]
    moderation.mark_as_spam([waiting.pk], olive)
    assert_dead(address)
    moderation.restore([waiting.pk], olive)
    assert_dead(address)


def test_undo_cannot_be_repeated(link):
    address = post(link)["Location"]
    Client().post(address)
    assert_dead(address)


def test_undo_needs_the_right_to_moderate(link, mo):
    address = post(link)["Location"]
    mo.groups.clear()
    assert_dead(address)
    assert status() == Status.APPROVED


# --- Logs. ---------------------------------------------------------------------------------------


def test_no_token_is_logged(link, caplog):
    caplog.set_level(logging.DEBUG, logger="comments")
    undo = urlsplit(post(link)["Location"]).path
    for path in (link, undo):
        token = path.split("/")[-2]
        assert token[:10] not in masked(f"Gone: {path}")
        assert token not in caplog.text
    assert [record.act for record in caplog.records if record.msg == "moderation"] == [
        "approve by mail"
    ]
