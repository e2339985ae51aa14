"""The reviews app: after migrations it makes a group for authors and updates the `Site` row."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core.groups import AUTHORS

AUTHORS_MODELS = ["post", "work", "tag", "band", "picture", "page"]


def create_authors_group(using: str, **_kwargs: Any) -> None:
    """Create the group of authors, who write everything except the site's settings."""
    from django.contrib.auth.models import Group, Permission

    group, _created = Group.objects.using(using).get_or_create(name=AUTHORS)
    group.permissions.add(
        *Permission.objects.using(using).filter(
            content_type__app_label="blog", content_type__model__in=AUTHORS_MODELS
        )
    )


def update_site_row(using: str, apps: Apps = installed_apps, **_kwargs: Any) -> None:
    """Update the `Site` row: `SITE_URL` may have changed since the last migrations."""
    from blog.models import update_site

    try:
        site_settings = apps.get_model("blog", "SiteSettings")
    except LookupError:
        return  # the migrations of this app were reversed
    name = site_settings.objects.using(using).values_list("name", flat=True).first()
    update_site(name or site_settings().name, using=using)


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        # Permissions exist only after migrations.
        post_migrate.connect(create_authors_group, sender=self)
        post_migrate.connect(update_site_row, sender=self)
