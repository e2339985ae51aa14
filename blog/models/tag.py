"""The words that posts are found by."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.querysets import TaxonomyQuerySet


class Tag(models.Model):
    """A word that posts are found by."""

    name = models.CharField(_("name"), max_length=50, unique=True)
    slug = models.SlugField(_("URL slug"), max_length=50, unique=True, allow_unicode=True)

    objects = TaxonomyQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])
