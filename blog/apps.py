"""The reviews app; after migrations there is a group for its authors."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

AUTHORS = "Authors"
WRITTEN = ["post", "work", "tag", "band", "picture", "page"]


def make_authors(using: str, **_kwargs: Any) -> None:
    """Authors write and publish posts, and keep pages, works, tags, pictures and the legend."""
    from django.contrib.auth.models import Group, Permission

    group, _made = Group.objects.using(using).get_or_create(name=AUTHORS)
    group.permissions.add(
        *Permission.objects.using(using).filter(
            content_type__app_label="blog", content_type__model__in=WRITTEN
        )
    )


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        # Permissions exist only after migrations.
        post_migrate.connect(make_authors, sender=self)
