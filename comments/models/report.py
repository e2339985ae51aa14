"""Readers' reports of comments."""

from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models.choices import ReportReason
from comments.models.comment import Comment

WORDS_LIMIT = 500  # characters


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports of readers."""

    def open(self) -> "ReportQuerySet":
        """Return those that no moderator has looked at."""
        return self.filter(act__isnull=True)


class Report(models.Model):
    """One reader's report of a comment. It is open until a moderator's act closes it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reports")
    person = models.CharField(max_length=64, help_text="A keyed hash of the sender's address.")
    reason = models.CharField(_("reason"), max_length=10, choices=ReportReason)
    words = models.TextField(_("what is wrong"), max_length=WORDS_LIMIT, blank=True)
    at = models.DateTimeField(default=timezone.now)
    act = models.UUIDField(null=True, help_text="The moderation action that closed it.")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="report_once_a_person"),
            models.CheckConstraint(
                condition=Q(reason__in=ReportReason.values), name="report_reason_known"
            ),
        ]
        indexes = [
            # The comments with open reports, and their number; undo, which opens them again.
            models.Index(fields=["act", "comment"], name="report_by_act"),
            # Submission: too fast from one person.
            models.Index(fields=["person", "at"], name="report_by_person"),
            # The purge.
            models.Index(fields=["at"], name="report_by_time"),
        ]

    def __str__(self) -> str:
        return f"Report #{self.pk}"


def open_reports() -> Prefetch:
    """Return what `prefetch_related` takes so that comments have their `open_reports`."""
    return Prefetch("reports", Report.objects.open().order_by("at", "id"), to_attr="open_reports")
