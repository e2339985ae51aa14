"""The site keeps an owner: the last one can't be deleted, locked out or made something else.

An owner is an active superuser who can log in with a password.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model


def leaves_no_owner(people: Iterable[Any]) -> bool:
    """Return True if the site would lose its last owner with these people.

    Call it in the transaction of the change: it locks the owners' rows, so that two owners who
    remove each other at the same time wait for each other, and the second one is refused.
    """
    active = get_user_model().objects.filter(is_superuser=True, is_active=True)
    rows = active.select_for_update().order_by("pk")
    owners = {owner.pk for owner in rows if owner.has_usable_password()}
    return bool(owners) and owners <= {person.pk for person in people}
