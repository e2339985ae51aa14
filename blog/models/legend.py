"""The author's legend: what scores mean."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.querysets import BandQuerySet


class Band(models.Model):
    """One band of the author's legend: from `lowest` up to the next band's lowest."""

    lowest = models.PositiveSmallIntegerField(
        _("lowest score"), unique=True, validators=[MaxValueValidator(100)]
    )
    wording = models.CharField(
        _("meaning"),
        max_length=200,
        help_text=_("What this range means to you. Published reviews keep their wording."),
    )

    objects = BandQuerySet.as_manager()

    class Meta:
        verbose_name = _("range")
        verbose_name_plural = _("score guide")
        ordering = ["-lowest"]
        constraints = [
            models.CheckConstraint(condition=Q(lowest__lte=100), name="band_within_100"),
        ]

    def __str__(self) -> str:
        return f"{self.lowest}: {self.wording}"

    def get_absolute_url(self) -> str:
        return reverse("band", args=[self.lowest])
