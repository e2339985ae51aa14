"""What is kept about people who log in: their preferences, and limits on login attempts."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Preferences(models.Model):
    """What a person has chosen in *Your account*; without a row, the defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences"
    )
    shortcuts = models.BooleanField(
        default=True, help_text="Single keys act on comments in the moderation queue."
    )

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class LoginAttempt(models.Model):
    """How often one sender tried one name within the current window of `rate_limits.Limits`."""

    class Kind(models.TextChoices):
        LOGIN = "login"
        PASSWORD_RESET = "password reset"  # noqa: S105  (not a password)

    kind = models.CharField(max_length=20, choices=Kind)
    username = models.CharField(max_length=254, help_text="As typed; for a reset the address.")
    ip_address = models.GenericIPAddressField(help_text="Of IPv6 the network (/64).")
    attempts = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "username", "ip_address"], name="one_login_attempt_per_sender"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "ip_address"], name="login_attempt_by_address"),
            models.Index(fields=["first_at"], name="login_attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.username} from {self.ip_address}"


class KnownLogin(models.Model):
    """An address from which a person has logged in before."""

    username = models.CharField(max_length=150)
    ip_address = models.GenericIPAddressField(help_text="Of IPv6 the network (/64).")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["username", "ip_address"], name="one_known_login")
        ]
        indexes = [models.Index(fields=["last_at"], name="known_login_by_time")]

    def __str__(self) -> str:
        return f"{self.username} from {self.ip_address}"
