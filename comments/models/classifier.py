"""What the classifier has learned."""

from django.db import models
from django.db.models import Q


class ClassifierState(models.Model):
    """What was learned last from moderators' decisions; one row. No words are in it."""

    version = models.PositiveIntegerField(default=0, help_text="Each time it learns, one more.")
    digest = models.CharField(
        max_length=32, blank=True, help_text="A hash of the decisions it learned from."
    )
    ham = models.PositiveIntegerField(default=0, help_text="Approved comments it learned from.")
    spam = models.PositiveIntegerField(default=0, help_text="Spam comments it learned from.")
    weights = models.BinaryField(default=b"", help_text="Empty: too few decisions to say anything.")
    trained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="classifier_is_one_row")]

    def __str__(self) -> str:
        return "Classifier"
