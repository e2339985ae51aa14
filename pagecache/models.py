"""The version of all cached pages."""

from django.db import models
from django.db.models import Q


class CacheVersion(models.Model):
    """The version that cached pages must have to be served; one row (`pagecache/version.py`)."""

    token = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="cache_version_is_one_row")]

    def __str__(self) -> str:
        return self.token
