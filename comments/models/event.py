"""The history of comments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Post
from comments.models.choices import Kind, Status
from comments.models.comment import Comment
from core.request_id import current_request_id

DECISIONS = (Kind.APPROVE, Kind.SPAM, Kind.TRASH, Kind.HOLD)


class EventQuerySet(models.QuerySet["Event"]):
    """Events."""

    def decisions(self) -> "EventQuerySet":
        """Return those in which a person gave a comment a status of their own choice.

        An edit gives none, and who moves a comment back leaves it to who had put it there.
        """
        return self.filter(kind__in=DECISIONS).exclude(status_from=F("status_to"))


class Event(models.Model):
    """One change of a comment's status: who made it, when, from what, to what, and why.

    `status_from` is empty for a submission. Where an act leaves the status alone, both statuses are
    the same; if it was an edit, `text` holds the text before. All events of one moderation action
    share `act`. Closing a whole conversation concerns a post and no comment; when a thread was
    moved, `post` is the one that it was taken from.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="events")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    act = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind, default="", db_default="")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status_from = models.CharField(max_length=10, choices=Status, blank=True)
    status_to = models.CharField(max_length=10, choices=Status, blank=True)
    why = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
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
                condition=Q(comment__isnull=False, status_to__in=Status.values)
                | Q(comment__isnull=True, post__isnull=False, status_to=""),
                name="event_of_comment_or_post",
            ),
        ]
        indexes = [
            # The mail to moderators: which comments have become pending since the last one.
            models.Index(fields=["status_to", "at"], name="event_by_status"),
            # /moderation/acts/: what people did, newest first.
            models.Index(fields=["at", "by", "act", "kind"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.status_from} -> {self.status_to}"
