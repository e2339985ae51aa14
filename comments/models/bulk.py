"""Actions on more comments than fit in one transaction."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BulkAct(models.Model):
    """An action of a moderator that the worker carries out in batches (`comments/bulk.py`).

    `last_id` says how far it is: a worker that is killed leaves a row that the next one goes on
    with. All events have its `action_id`, by which it can be undone.
    """

    class Name(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REJECT = "reject", _("Trash")
        SPAM = "spam", _("Spam")
        RESTORE = "restore", _("Restore")
        UNDO = "undo", _("Undo")
        DELETE = "delete", _("Delete")

    action_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=10, choices=Name)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    parameters = models.JSONField(default=dict, help_text="The filter of the queue.")
    undoes = models.UUIDField(null=True, help_text="The action that an undo takes back.")
    newest_id = models.PositiveBigIntegerField(help_text="The newest comment that was shown.")
    last_id = models.PositiveBigIntegerField(default=0)
    total = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # A worker that claims the row moves this to the end of its lease; null once it is finished.
    due_at = models.DateTimeField(null=True, default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(name="undo", undoes__isnull=False)
                | (~Q(name="undo") & Q(undoes__isnull=True)),
                name="bulk_undo_names_an_act",
            ),
            models.CheckConstraint(
                condition=Q(moved__lte=F("looked_at")), name="bulk_moved_was_looked_at"
            ),
        ]
        # The worker: actions that are due.
        indexes = [models.Index(fields=["due_at"], name="bulk_act_due")]

    def __str__(self) -> str:
        return f"{self.name}: {self.looked_at} of {self.total}"

    def get_absolute_url(self) -> str:
        return reverse("moderation_bulk", args=[self.action_id])

    @property
    def is_finished(self) -> bool:
        """Return True if nothing is left to do."""
        return self.due_at is None

    @property
    def can_be_undone(self) -> bool:
        """Return True if its comments can be moved back."""
        return self.is_finished and self.moved > 0 and self.name != self.Name.DELETE
