"""Owners invite by mail; whoever reads the mail makes the account, once, within a week."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.invitations import create_account, find_invitation, link_token
from accounts.models import Invitation
from operations import queue
from tests.support.people import person
from tests.support.smtp_server import Postbox

LIST = "/account/invitations/"
ACCEPT = "/account/invitation/"
NEW = {
    "username": "nora",
    "first_name": "Nora",
    "last_name": "Nagel",
    "password1": "rain on the window",
    "password2": "rain on the window",
}
EXPIRED = "expired or was already used"


@pytest.fixture
def owner(olive: Any, logged_in: Any) -> Client:
    return logged_in(olive)


@pytest.fixture
def invitation(olive: Any) -> Invitation:
    return Invitation.objects.create(email="nora@example.org", role="author", invited_by=olive)


def link(invitation: Invitation) -> str:
    return f"{ACCEPT}{link_token(invitation)}/"


def opened(invitation: Invitation) -> Client:
    """Return the browser of somebody who has followed the link."""
    client = Client()
    assert client.get(link(invitation))["Location"] == ACCEPT
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def people() -> set[str]:
    return set(get_user_model().objects.values_list("username", flat=True))


@pytest.mark.django_db(transaction=True)
def test_the_mail_contains_a_link_that_makes_an_account(olive: Any, postbox: Postbox) -> None:
    client = Client()
    client.force_login(olive)
    said = client.post(
        LIST,
        {"email": "nora@example.org", "role": "moderator"},
        headers={"host": "127.0.0.1"},
        follow=True,
    )
    assert "on its way" in text(said)
    queue.run_queued()
    (mail,) = postbox.mails
    assert mail["To"] == "nora@example.org"
    content = mail.get_content()
    assert "Olive" in content
    assert "Moderator" in content
    assert people() == {"olive"}
    (address,) = re.findall(r"https?://\S+", content)
    assert address.startswith(site.SITE_URL)
    nora = Client()
    page = nora.get(urlsplit(address).path, follow=True)
    assert page.redirect_chain[-1][0] == ACCEPT
    assert nora.post(ACCEPT, NEW)["Location"] == "/login/done/"
    assert nora.get("/moderation/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_queue_holds_no_link_and_a_withdrawn_invitation_sends_no_mail(
    olive: Any, postbox: Postbox
) -> None:
    from django_tasks_db.models import DBTaskResult

    client = Client()
    client.force_login(olive)
    client.post(LIST, {"email": "nora@example.org", "role": "author"})
    invitation = Invitation.objects.get()
    waiting = [str(vars(row)) for row in DBTaskResult.objects.all()]
    assert not any(link_token(invitation)[:20] in row for row in waiting)
    client.post(f"{LIST}{invitation.pk}/", {"act": "withdraw"})
    queue.run_queued()
    assert postbox.mails == []


@pytest.mark.parametrize(
    ("role", "groups", "is_staff", "is_superuser"),
    [
        ("owner", [], True, True),
        ("author", ["Authors"], True, False),
        ("moderator", ["Moderators"], False, False),
    ],
)
def test_the_account_has_the_invited_role(
    role: str,
    groups: list[str],
    is_staff: bool,
    is_superuser: bool,
    invitation: Invitation,
) -> None:
    Invitation.objects.update(role=role)
    opened(invitation).post(ACCEPT, NEW)
    nora = get_user_model().objects.get(username="nora")
    assert (nora.email, nora.get_full_name()) == ("nora@example.org", "Nora Nagel")
    assert [group.name for group in nora.groups.all()] == groups
    assert (nora.is_staff, nora.is_superuser) == (is_staff, is_superuser)
    assert nora.check_password(NEW["password1"])


def test_a_sent_role_or_address_changes_nothing(invitation: Invitation) -> None:
    more = {"email": "eve@example.org", "is_superuser": "on", "is_staff": "on", "role": "owner"}
    opened(invitation).post(ACCEPT, {**NEW, **more})
    nora = get_user_model().objects.get(username="nora")
    assert (nora.email, nora.is_superuser) == ("nora@example.org", False)


def test_a_link_works_once(invitation: Invitation) -> None:
    first, second = opened(invitation), opened(invitation)
    first.post(ACCEPT, NEW)
    again = second.post(ACCEPT, {**NEW, "username": "nadia"})
    assert again.status_code == 410
    assert EXPIRED in text(again)
    assert EXPIRED in text(Client().get(link(invitation)))
    assert people() == {"olive", "nora"}


def test_two_acceptances_at_once_make_one_account(invitation: Invitation) -> None:
    user = get_user_model()
    assert create_account(invitation, user(username="nora"))
    assert not create_account(invitation, user(username="nadia"))
    assert people() == {"olive", "nora"}


def test_a_link_expires_after_seven_days(invitation: Invitation) -> None:
    client = opened(invitation)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=6, hours=23))
    invitation.refresh_from_db()
    assert find_invitation(link_token(invitation))
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=7, seconds=1))
    invitation.refresh_from_db()
    assert Client().get(link(invitation)).status_code == 410
    assert client.get(ACCEPT).status_code == 410
    assert client.post(ACCEPT, NEW).status_code == 410


def test_a_link_that_was_taken_back_does_not_work(invitation: Invitation, owner: Client) -> None:
    client, path = opened(invitation), f"{LIST}{invitation.pk}/"
    assert "taken back" in text(owner.post(path, {"act": "withdraw"}, follow=True))
    assert client.post(ACCEPT, NEW).status_code == 410
    assert people() == {"olive"}
    assert "meanwhile" in text(owner.post(path, {"act": "withdraw"}, follow=True))


def test_sending_again_renews_the_days_and_ends_the_old_link(
    invitation: Invitation, owner: Client
) -> None:
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=8))
    invitation.refresh_from_db()
    assert "Expired" in text(owner.get(LIST))
    old = link(invitation)
    owner.post(f"{LIST}{invitation.pk}/", {"act": "send"})
    invitation.refresh_from_db()
    assert Client().get(old).status_code == 410
    assert opened(invitation).get(ACCEPT).status_code == 200
    assert "Expired" not in text(owner.get(LIST))


def test_an_accepted_invitation_is_neither_sent_again_nor_taken_back(
    invitation: Invitation, owner: Client
) -> None:
    opened(invitation).post(ACCEPT, NEW)
    for act in ("send", "withdraw"):
        said = owner.post(f"{LIST}{invitation.pk}/", {"act": act}, follow=True)
        assert "meanwhile" in text(said)
    assert Invitation.objects.get().accepted_at


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("MO@example.org", "already has an account"),
        ("Nora@example.org", "already invited"),
        ("nora", "valid email"),
        ("", "required"),
    ],
)
def test_a_refused_invitation_says_why_and_keeps_what_was_typed(
    email: str, why: str, invitation: Invitation, mo: Any, owner: Client
) -> None:
    answer = owner.post(LIST, {"email": email, "role": "moderator"})
    assert answer.status_code == 400
    assert why in text(answer)
    assert not email or f'value="{email}"' in text(answer)
    assert '<option value="moderator" selected>' in text(answer)
    assert Invitation.objects.count() == 1


def test_a_session_that_ended_gives_the_address_back(db: None) -> None:
    answer = Client().post(LIST, {"email": "nora@example.org", "role": "author"})
    assert answer.status_code == 403
    assert "nora@example.org" in text(answer)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"username": "OLIVE"}, "already exists"),
        ({"password1": "12345678", "password2": "12345678"}, "too common"),
        ({"password1": "nora@example.org", "password2": "nora@example.org"}, "too similar"),
        ({"password2": "another long one"}, "match"),
    ],
)
def test_a_refused_account_says_why_and_the_link_still_works(
    values: dict[str, str], why: str, invitation: Invitation
) -> None:
    client = opened(invitation)
    refused = text(client.post(ACCEPT, {**NEW, **values}))
    assert why in refused
    assert 'value="Nagel"' in refused
    assert people() == {"olive"}
    assert client.post(ACCEPT, NEW).status_code == 302


def test_a_name_taken_at_the_same_moment_leaves_the_invitation_open(
    invitation: Invitation,
) -> None:
    with pytest.raises(IntegrityError):
        create_account(invitation, get_user_model()(username="olive"))
    assert find_invitation(link_token(invitation))


def test_the_database_holds_one_open_invitation_for_an_address(invitation: Invitation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(email="NORA@example.org", role="owner")
    Invitation.objects.update(accepted_at=timezone.now())
    Invitation.objects.create(email="NORA@example.org", role="owner")


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "ä"])
def test_a_forged_link_tells_nothing(token: str, invitation: Invitation) -> None:
    answer = Client().get(f"{ACCEPT}{token}/")
    assert answer.status_code == 410
    assert EXPIRED in text(answer)
    assert "nora" not in text(answer)


def test_a_link_of_another_purpose_does_not_work(invitation: Invitation) -> None:
    from django.core import signing

    content = {"invitation": invitation.pk, "sent": invitation.sent_at.isoformat()}
    assert Client().get(f"{ACCEPT}{signing.dumps(content)}/").status_code == 410


@pytest.mark.parametrize("name", ["ada", "mo"])
def test_only_owners_invite(name: str, invitation: Invitation, request: Any) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(name))
    sent = {"email": "eve@example.org", "role": "owner"}
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, sent).status_code == 403
    assert client.post(f"{LIST}{invitation.pk}/", {"act": "withdraw"}).status_code == 403
    assert [each.email for each in Invitation.objects.all()] == ["nora@example.org"]
    assert LIST not in text(client.get("/login/second-factor/"))


def test_owners_find_the_page_from_their_menu_and_from_the_list_of_users(owner: Client) -> None:
    for path in ("/login/second-factor/", "/admin/", "/admin/auth/user/"):
        assert f'href="{LIST}"' in text(owner.get(path))


def test_the_pages_with_a_token_are_never_stored(invitation: Invitation) -> None:
    answer = Client().get(link(invitation))
    assert "no-store" in answer["Cache-Control"]
    assert "no-store" in opened(invitation).get(ACCEPT)["Cache-Control"]


def test_a_hundred_invitations_take_no_more_queries_than_one(
    invitation: Invitation, owner: Client
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            owner.get(LIST)
        return len(seen)

    few = count()
    for number in range(50):
        by = person(f"Owner{number}")
        Invitation.objects.create(email=f"a{number}@example.org", role="author", invited_by=by)
        Invitation.objects.create(
            email=f"b{number}@example.org", role="author", invited_by=by, accepted_at=timezone.now()
        )
    assert count() == few
