"""The operations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Site")

    def ready(self) -> None:
        from operations.status import application, system  # noqa: F401  (they register checks)
