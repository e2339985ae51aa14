"""The project itself as an app: what the site remembers of its errors, and lines about logins."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = _("Site")

    def ready(self) -> None:
        from accounts import signals

        user_logged_in.connect(signals.succeeded)
        user_login_failed.connect(signals.failed)
