"""The settings of the site."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.singleton import SingletonModel


class SiteSettings(SingletonModel):
    """What the owner calls the site; one row."""

    name = models.CharField(
        _("name"),
        max_length=80,
        default="Verdict",
        help_text=_("Stands at the top of each page and in its title."),
    )
    tagline = models.CharField(
        _("tagline"),
        max_length=160,
        blank=True,
        help_text=_("A few words under the name, and what search engines show of the site."),
    )
    contact = models.EmailField(
        _("contact"),
        blank=True,
        help_text=_("Shown on the privacy page to people who ask about their data."),
    )
    keep_address_days = models.PositiveSmallIntegerField(
        _("days to keep IP addresses and browsers' names"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("The privacy page tells readers this number."),
    )

    class Meta(SingletonModel.Meta):
        verbose_name = verbose_name_plural = _("site settings")
