"""People with an account."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

PASSWORD = "a long enough one"


def person(name: str, *groups: str, **values: Any) -> Any:
    user = get_user_model().objects.create_user(
        name.lower(), f"{name.lower()}@example.org", PASSWORD, first_name=name, **values
    )
    for group in groups:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user
