"""The comments app; after migrations there is a group for its moderators."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

MODERATORS = "Moderators"


def make_moderators(using: str, **_kwargs: Any) -> None:
    """Moderators decide on comments, and see no admin."""
    from django.contrib.auth.models import Group, Permission

    group, _made = Group.objects.using(using).get_or_create(name=MODERATORS)
    group.permissions.add(
        Permission.objects.using(using).get(content_type__app_label="comments", codename="moderate")
    )


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("Comments")

    def ready(self) -> None:
        # Permissions exist only after migrations.
        post_migrate.connect(make_moderators, sender=self)
