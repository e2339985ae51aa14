"""The mail that a moderator has chosen to get about comments that wait."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models.choices import Status
from comments.models.comment import Comment, CommentQuerySet
from comments.models.event import Event

DAILY_AT = time(8)  # in the time zone of the site
FIRST_LOOK_BACK = timedelta(days=365)  # where no message was sent before


class Frequency(models.TextChoices):
    """How often a moderator gets mail, if there is something to tell."""

    AT_ONCE = "at once", _("At once, at most once a minute")
    HOURLY = "hourly", _("At most once an hour")
    DAILY = "daily", _("Once a day, at 8 in the morning")
    OFF = "off", _("Never")


PAUSES = {Frequency.AT_ONCE: timedelta(minutes=1), Frequency.HOURLY: timedelta(hours=1)}


class ModeratorMail(models.Model):
    """How often a moderator gets mail, and what they were told; it is made by the first message."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="moderator_mail"
    )
    frequency = models.CharField(
        _("How often"),
        max_length=10,
        choices=Frequency,
        default=Frequency.HOURLY,
    )
    told_until = models.DateTimeField(
        null=True, help_text="What came to wait later than this is told next."
    )
    last_sent_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(
        null=True, help_text="After a message that failed, or that is being sent by a worker."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="moderator_mail_frequency_known"
            ),
        ]

    def __str__(self) -> str:
        return f"mail of {self.user_id}: {self.frequency}"

    def is_due(self, now: datetime) -> bool:
        """Return True if a message may be sent at a time (aware)."""
        if self.frequency == Frequency.OFF or (self.retry_at and self.retry_at > now):
            return False
        if self.last_sent_at is None:
            return True
        if self.frequency == Frequency.DAILY:
            return self.last_sent_at < last_morning(now)
        return self.last_sent_at + PAUSES[Frequency(self.frequency)] <= now

    def untold_comments(self, until: datetime) -> CommentQuerySet:
        """Return the comments that came to wait since the last message, but before `until` (aware).

        Nobody is told what they have put back themselves.
        """
        arrivals = Event.objects.filter(
            status_to=Status.PENDING,
            at__gt=self.told_until or until - FIRST_LOOK_BACK,
            at__lte=until,
        ).exclude(status_from=F("status_to"))
        arrivals = arrivals.exclude(by=self.user_id)
        return Comment.objects.filter(status=Status.PENDING, pk__in=arrivals.values("comment"))


def last_morning(now: datetime) -> datetime:
    """Return when it was last 8 o'clock in the time zone of the site, for a time (both aware)."""
    today = timezone.localtime(now).date()
    morning = timezone.make_aware(datetime.combine(today, DAILY_AT))
    if morning > now:
        morning = timezone.make_aware(datetime.combine(today - timedelta(days=1), DAILY_AT))
    return morning
