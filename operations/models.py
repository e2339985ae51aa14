"""The errors that the site has counted."""

from django.db import models
from django.utils import timezone


class ErrorRecord(models.Model):
    """An unhandled error by kind and place, however often it came; it holds no values."""

    fingerprint = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=300, help_text="Its type, and what it says of the code.")
    location = models.CharField(max_length=300, help_text="The last place in our own code.")
    logger = models.CharField(max_length=100)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveBigIntegerField(default=0)
    request_id = models.CharField(max_length=32, blank=True, help_text="Of the last one.")
    path = models.CharField(max_length=500, blank=True, help_text="Of the last one, masked.")
    traceback = models.TextField(help_text="Of the first one.")
    mailed_at = models.DateTimeField(null=True, help_text="When the owner was mailed.")

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="error_by_last")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.location})"
