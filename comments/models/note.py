"""What moderators note about a person."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import fold

NOTE_LIMIT = 1_000  # characters


class PersonNoteQuerySet(models.QuerySet["PersonNote"]):
    """Notes of moderators."""

    def about(self, email: str) -> "PersonNoteQuerySet":
        """Return the notes about the person with an e-mail address, newest first."""
        return self.filter(person=person_key(email)).select_related("by").order_by("-at", "-id")


class PersonNote(models.Model):
    """A moderator's note about whoever comments with an e-mail address; readers never see it."""

    person = models.CharField(max_length=254, help_text="The e-mail address, folded.")
    text = models.TextField(_("note"), max_length=NOTE_LIMIT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PersonNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=""), name="note_about_somebody"),
        ]
        # The page of each of the person's comments.
        indexes = [models.Index(fields=["person", "at"], name="note_by_person")]

    def __str__(self) -> str:
        return f"Note #{self.pk}"


def person_key(email: str) -> str:
    """Return what the notes about a person are found by, for their e-mail address."""
    return fold(email.strip())
