"""The words that posts are found by."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.models.fields import SlugField, SortKeyField
from blog.querysets import TaxonomyQuerySet


class Tag(models.Model):
    """A word that posts are found by."""

    name = models.CharField(_("name"), max_length=50, unique=True)
    slug = SlugField(_("URL slug"), max_length=50, unique=True)

    sort_key = SortKeyField(of="name")

    objects = TaxonomyQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])
