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


def index_missing(using: str, **_kwargs: Any) -> None:
    """Search finds the posts that are older than it, once all migrations are applied."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from blog import search

    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        search.index_missing()


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        # Permissions exist only after migrations.
        post_migrate.connect(make_authors, sender=self)
        post_migrate.connect(index_missing, sender=self)
