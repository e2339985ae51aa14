"""When periodic jobs ran, and the state of the mail server."""

from django.db import models
from django.db.models import Q


class PeriodicJob(models.Model):
    """When a periodic job last ran and when it is due again; one row for each job."""

    name = models.CharField(max_length=30, primary_key=True)
    last_run_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True, help_text="Empty: it is not run by the clock.")

    def __str__(self) -> str:
        return self.name


class MailService(models.Model):
    """The state of the mail server; one row for all workers."""

    sent_at = models.DateTimeField(null=True, help_text="When it last accepted a message.")
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=100, blank=True, help_text="Its kind, without addresses.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="mail_service_is_one_row")]

    def __str__(self) -> str:
        return "Mail service"
