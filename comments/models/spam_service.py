"""The state of the spam check's service."""

from django.db import models
from django.db.models import Q


class SpamServiceState(models.Model):
    """The circuit breaker, open while `next_probe_at` is set, and Akismet's last alert; one row."""

    failures = models.PositiveSmallIntegerField(default=0, help_text="Consecutive failures.")
    suspect = models.BigIntegerField(
        null=True, help_text="The only comment whose check has failed; null once there are more."
    )
    next_probe_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="When the breaker last opened.")
    failure = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)
    alert_code = models.CharField(max_length=20, blank=True)
    alert = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="spam_service_is_one_row")]

    def __str__(self) -> str:
        return "Akismet"
