"""The core app, which has two tables."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
