"""The site keeps an owner, whatever is done to the last one."""

import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client

from accounts.owners import leaves_no_owner
from tests.support.forms import fields
from tests.support.people import PASSWORD, person

KEPT = "only owner"
LIST = "/admin/auth/user/"


def change(client: Client, user: Any, **without: Any) -> Any:
    """Send the admin's form of a user as it was shown, without some fields."""
    path = f"{LIST}{user.pk}/change/"
    sent = fields(client.get(path).content.decode())
    return client.post(path, {name: said for name, said in sent.items() if name not in without})


def second_owner() -> Any:
    return person("Otto", is_staff=True, is_superuser=True)


def is_owner(user: Any) -> bool:
    return (
        get_user_model()
        .objects.filter(pk=user.pk, is_superuser=True, is_active=True, is_staff=True)
        .exists()
    )


@pytest.mark.parametrize("flag", ["is_superuser", "is_active", "is_staff"])
def test_the_last_owner_keeps_what_makes_an_owner(flag: str, olive: Any, logged_in: Any) -> None:
    answer = change(logged_in(olive), olive, **{flag: False})
    assert answer.status_code == 200
    assert KEPT in answer.content.decode()
    assert is_owner(olive)


@pytest.mark.parametrize("flag", ["is_superuser", "is_active", "is_staff"])
def test_one_of_two_owners_may_go(flag: str, olive: Any, logged_in: Any) -> None:
    otto = second_owner()
    assert change(logged_in(olive), otto, **{flag: False}).status_code == 302
    assert not is_owner(otto)


@pytest.mark.parametrize("values", [{"is_active": False}, {"password": None}])
def test_an_owner_who_cannot_log_in_does_not_count(
    values: dict[str, Any], olive: Any, logged_in: Any
) -> None:
    otto = second_owner()
    if "password" in values:
        otto.set_unusable_password()
        otto.save()
    get_user_model().objects.filter(pk=otto.pk).update(
        **{name: said for name, said in values.items() if name != "password"}
    )
    assert KEPT in change(logged_in(olive), olive, is_superuser=False).content.decode()


def test_the_last_owner_is_not_deleted(olive: Any, logged_in: Any) -> None:
    path, client = f"{LIST}{olive.pk}/delete/", logged_in(olive)
    assert KEPT in client.get(path).content.decode()
    assert KEPT in client.post(path, {"post": "yes"}).content.decode()
    assert is_owner(olive)


@pytest.mark.parametrize("confirmed", [{}, {"post": "yes"}])
def test_all_owners_at_once_are_not_deleted(
    confirmed: dict[str, str], olive: Any, logged_in: Any
) -> None:
    otto = second_owner()
    sent = {"action": "delete_selected", "_selected_action": [olive.pk, otto.pk], **confirmed}
    assert KEPT in logged_in(olive).post(LIST, sent).content.decode()
    assert is_owner(olive)
    assert is_owner(otto)


def test_everyone_else_can_be_deleted(olive: Any, mo: Any, logged_in: Any) -> None:
    otto, client = second_owner(), logged_in(olive)
    sent = {"action": "delete_selected", "_selected_action": [mo.pk], "post": "yes"}
    assert client.post(LIST, sent).status_code == 302
    assert client.post(f"{LIST}{otto.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(get_user_model().objects.all()) == [olive]


def test_the_last_owners_password_is_not_switched_off(olive: Any, logged_in: Any) -> None:
    path, client = f"{LIST}{olive.pk}/password/", logged_in(olive)
    assert KEPT in client.post(path, {"usable_password": "false"}).content.decode()
    olive.refresh_from_db()
    assert olive.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_at_once_leave_one(olive: Any) -> None:
    otto, both_start = second_owner(), threading.Barrier(2)

    def remove(user: Any) -> None:
        both_start.wait(5)
        with transaction.atomic():
            if not leaves_no_owner([user]):
                get_user_model().objects.filter(pk=user.pk).update(is_superuser=False)
        connection.close()

    threads = [threading.Thread(target=remove, args=[user]) for user in (olive, otto)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    left = [is_owner(olive), is_owner(otto)]
    assert sorted(left) == [False, True]
