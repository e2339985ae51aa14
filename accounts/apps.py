"""The accounts app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import signals

        user_logged_in.connect(signals.on_login)
        user_login_failed.connect(signals.on_failed_login)
