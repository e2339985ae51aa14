"""What is kept about people who log in or are invited, and limits on login attempts."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

INVITATION_DAYS = 7  # for which the link of an invitation works
EMAIL_CHANGE_LIFETIME = timedelta(days=1)


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


class Invitation(models.Model):
    """An address that an owner asked to join; it is open until it was accepted.

    What is taken back is deleted.
    """

    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        MODERATOR = "moderator", _("Moderator")
        OWNER = "owner", _("Site owner")

    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(
        default=timezone.now, help_text="When a link was last asked for; older links don't work."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.email}"

    @property
    def expires_at(self) -> datetime:
        """Return when the link stops working."""
        return self.sent_at + timedelta(days=INVITATION_DAYS)

    @property
    def is_expired(self) -> bool:
        """Return True if the link no longer works because of its age."""
        return self.expires_at <= timezone.now()


class EmailChange(models.Model):
    """An address that a person wants instead of theirs, until a link mailed to it is opened."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_change"
    )
    email = models.EmailField()
    requested_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"new address of {self.user_id}"

    @property
    def expires_at(self) -> datetime:
        """Return when the link stops working."""
        return self.requested_at + EMAIL_CHANGE_LIFETIME


class LoginAttempt(models.Model):
    """How often one sender tried one name within the current window of `rate_limits.Limits`."""

    class Kind(models.TextChoices):
        LOGIN = "login"
        PASSWORD_RESET = "password reset"  # noqa: S105  (not a password)
        EMAIL_CHANGE = "email change"

    kind = models.CharField(max_length=20, choices=Kind)
    username = models.CharField(max_length=254, help_text="As typed; for mail the address.")
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
