"""The history of comments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models.choices import Status
from comments.models.comment import Comment
from core.request_id import current_request_id


class EventQuerySet(models.QuerySet["Event"]):
    """Events."""

    def decisions(self) -> "EventQuerySet":
        """Return those in which a person gave a comment a status of their own choice.

        An edit gives none, and who moves a comment back leaves it to who had put it there. The
        machines move comments only when they come and when they have been checked; what has no
        person otherwise was done by somebody whose account is gone.
        """
        by_person = Q(by__isnull=False) | ~Q(status_from__in=["", Status.CHECKING])
        return self.filter(by_person, is_return=False).exclude(status_from=F("status_to"))


class Event(models.Model):
    """One change of a comment's status: who made it, when, from what, to what, and why.

    `status_from` is empty for a submission. If a moderator edited the text, both statuses are the
    same and `text` holds the text before the edit. All events of one moderation action share `act`.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="events")
    act = models.UUIDField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status_from = models.CharField(max_length=10, choices=Status, blank=True)
    status_to = models.CharField(max_length=10, choices=Status)
    why = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    is_return = models.BooleanField(
        default=False,
        db_default=False,
        help_text="An undo or a restore: it is no decision about the comment.",
    )
    request_id = models.CharField(
        max_length=32,
        blank=True,
        default=current_request_id,
        db_default="",
        help_text="The id in the log of the request, or of the worker's job, that caused it.",
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status_to__in=Status.values), name="event_status_known"
            ),
        ]
        indexes = [
            # The mail to moderators: which comments have become pending since the last one.
            models.Index(fields=["status_to", "at"], name="event_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.status_from} -> {self.status_to}"
