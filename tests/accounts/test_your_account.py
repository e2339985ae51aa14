"""*Your account*: the name that readers see, and a new e-mail address."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from accounts import email_changes, rate_limits
from accounts.models import EmailChange
from operations import queue
from operations.maintenance import clean_up
from tests.support.people import PASSWORD
from tests.support.smtp_server import Postbox
from tests.support.wire import wire

ACCOUNT = "/login/second-factor/"
CONFIRM = "/account/email/"
EXPIRED = "expired or was already used"
NEW = "ada.new@example.org"


@pytest.fixture
def client(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


def ask(client: Client, email: str = NEW, proof: str = PASSWORD, **extra: Any) -> Any:
    """Ask for a new address."""
    return client.post(ACCOUNT, {"act": "email", "email": email, "proof": proof}, **extra)


def link(user: Any) -> str:
    return f"{CONFIRM}{email_changes.link_token(EmailChange.objects.get(user=user))}/"


def opened(user: Any) -> Client:
    """Return the browser of whoever has followed the link in the mail, without a login."""
    client = Client()
    assert client.get(link(user))["Location"] == CONFIRM
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def address_of(user: Any) -> str:
    return get_user_model().objects.get(pk=user.pk).email


def test_a_new_name_is_in_the_byline_at_once(client: Client, write: Any) -> None:
    path = write().get_absolute_url()
    assert "Ada" in wire(path).text
    sent = {"act": "name", "first_name": "Adele", "last_name": "van Rain"}
    assert "Your name was saved." in text(client.post(ACCOUNT, sent, follow=True))
    assert "Adele van Rain" in wire(path).text
    assert 'value="van Rain"' in text(client.get(ACCOUNT))


def test_without_a_name_readers_see_the_user_name(client: Client, write: Any) -> None:
    path = write().get_absolute_url()
    client.post(ACCOUNT, {"act": "name", "first_name": "", "last_name": ""})
    assert "Ada" not in wire(path).text
    assert "ada" in wire(path).text


def test_a_name_that_is_too_long_is_given_back(client: Client, ada: Any) -> None:
    sent = {"act": "name", "first_name": "A" * 151, "last_name": "Rain"}
    answer = client.post(ACCOUNT, sent)
    assert "at most 150" in text(answer)
    assert "A" * 151 in text(answer)
    ada.refresh_from_db()
    assert ada.last_name == ""


def test_the_form_of_the_name_writes_nothing_else(client: Client, ada: Any) -> None:
    sent = {"act": "name", "first_name": "A", "is_superuser": "on", "email": NEW, "username": "b"}
    client.post(ACCOUNT, sent)
    ada.refresh_from_db()
    assert (ada.username, ada.email, ada.is_superuser) == ("ada", "ada@example.org", False)


@pytest.mark.django_db(transaction=True)
def test_an_address_counts_once_its_link_is_confirmed_and_the_old_one_is_told(
    ada: Any, postbox: Postbox
) -> None:
    client = Client()
    client.force_login(ada)
    assert "Open the link" in text(ask(client, headers={"host": "127.0.0.1"}, follow=True))
    queue.run_queued()
    (mail,) = postbox.mails
    assert mail["To"] == NEW
    (address,) = re.findall(r"https?://\S+", mail.get_content())
    somebody = Client()
    page = somebody.get(urlsplit(address).path, follow=True)
    assert NEW in text(page)
    assert address_of(ada) == "ada@example.org"  # a GET changes nothing
    assert somebody.post(CONFIRM)["Location"] == ACCOUNT
    assert address_of(ada) == NEW
    queue.run_queued()
    told = postbox.mails[-1]
    assert (len(postbox.mails), told["To"]) == (2, "ada@example.org")
    assert NEW not in told.get_content()


def test_a_link_works_once(client: Client, ada: Any) -> None:
    ask(client)
    path, first, second = link(ada), opened(ada), opened(ada)
    first.post(CONFIRM)
    get_user_model().objects.filter(pk=ada.pk).update(email="ada@example.org")
    assert second.post(CONFIRM).status_code == 410
    assert EXPIRED in text(Client().get(path))
    assert address_of(ada) == "ada@example.org"


def test_two_confirmations_at_once_change_the_address_once(client: Client) -> None:
    ask(client)
    first, second = EmailChange.objects.get(), EmailChange.objects.get()
    assert email_changes.apply_change(first)
    assert not email_changes.apply_change(second)


def test_a_link_expires_after_a_day(client: Client, ada: Any) -> None:
    ask(client)
    EmailChange.objects.update(requested_at=timezone.now() - timedelta(hours=23))
    somebody = opened(ada)
    EmailChange.objects.update(requested_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert Client().get(link(ada)).status_code == 410
    assert somebody.post(CONFIRM).status_code == 410
    assert NEW not in text(client.get(ACCOUNT))
    clean_up()
    assert not EmailChange.objects.exists()


def test_the_next_request_and_keeping_the_address_end_a_link(client: Client, ada: Any) -> None:
    ask(client)
    first = link(ada)
    ask(client, "ada.other@example.org")
    assert Client().get(first).status_code == 410
    somebody = opened(ada)
    assert "ada.other@example.org" in text(client.get(ACCOUNT))
    client.post(ACCOUNT, {"act": "keep email"})
    assert somebody.post(CONFIRM).status_code == 410
    assert address_of(ada) == "ada@example.org"


def test_the_link_of_a_deactivated_account_does_not_work(client: Client, ada: Any) -> None:
    ask(client)
    get_user_model().objects.filter(pk=ada.pk).update(is_active=False)
    assert Client().get(link(ada)).status_code == 410


@pytest.mark.parametrize(
    ("email", "proof", "why"),
    [
        (NEW, "wrong", "not correct"),
        (NEW, "", "required"),
        ("nonsense", PASSWORD, "valid email"),
        ("MO@example.org", PASSWORD, "already belongs"),
    ],
)
def test_a_refused_address_says_why_and_is_given_back(
    email: str, proof: str, why: str, client: Client, mo: Any
) -> None:
    answer = text(ask(client, email, proof))
    assert why in answer
    assert f'value="{email}"' in answer
    assert not EmailChange.objects.exists()


def test_without_the_password_nobody_learns_which_addresses_have_accounts(
    client: Client, mo: Any
) -> None:
    assert "already belongs" not in text(ask(client, "mo@example.org", "wrong"))


def test_guessing_the_password_is_slowed_down(client: Client) -> None:
    for _attempt in range(rate_limits.LOGIN.per_pair):
        assert ask(client, proof="wrong").status_code == 200
    assert ask(client, proof="wrong").status_code == 429
    assert ask(client).status_code == 429
    assert not EmailChange.objects.exists()


def test_mail_to_one_address_is_limited(client: Client) -> None:
    for _attempt in range(rate_limits.EMAIL_CHANGE.per_pair):
        assert ask(client).status_code == 302
    answer = ask(client)
    assert answer.status_code == 429
    assert "Retry-After" in answer


def test_a_session_that_ended_gives_the_text_back(db: None) -> None:
    assert NEW in text(ask(Client()))
    sent = {"act": "name", "first_name": "Adele", "last_name": "Rain"}
    assert "Adele" in text(Client().post(ACCOUNT, sent))


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "ä"])
def test_a_forged_link_tells_nothing(token: str, client: Client) -> None:
    ask(client)
    answer = Client().get(f"{CONFIRM}{token}/")
    assert answer.status_code == 410
    assert NEW not in text(answer)
