"""What every app needs, as an app: it has two tables."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
