"""The comments app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core.groups import MODERATORS


def make_moderators(using: str, **_kwargs: Any) -> None:
    """Create the group of moderators, who decide on comments and do not use the admin."""
    from django.contrib.auth.models import Group, Permission

    group, _created = Group.objects.using(using).get_or_create(name=MODERATORS)
    group.permissions.add(
        Permission.objects.using(using).get(content_type__app_label="comments", codename="moderate")
    )


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("Comments")

    def ready(self) -> None:
        # Permissions exist only after migrations.
        post_migrate.connect(make_moderators, sender=self)
