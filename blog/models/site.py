"""The settings of the site, and its row of django.contrib.sites."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.validators import MinValueValidator
from django.db import DEFAULT_DB_ALIAS, models
from django.utils.translation import gettext_lazy as _

from core.singleton import SingletonModel
from pagecache.version import cached_per_version


class SiteSettings(SingletonModel):
    """What the owner says about the site; one row."""

    name = models.CharField(
        _("name"),
        max_length=80,
        default="Verdict",
        help_text=_("Shown at the top of every page and in the browser tab."),
    )
    tagline = models.CharField(
        _("tagline"),
        max_length=160,
        blank=True,
        help_text=_("A short description, shown under the name and in search results."),
    )
    contact = models.EmailField(
        _("contact"),
        blank=True,
        help_text=_("Shown on the privacy page for questions about personal data."),
    )
    keep_address_days = models.PositiveSmallIntegerField(
        _("keep IP addresses and browser details for (days)"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Shown on the privacy page."),
    )

    class Meta(SingletonModel.Meta):
        verbose_name = verbose_name_plural = _("site settings")


@cached_per_version
def site_settings() -> SiteSettings:
    """Return the settings for a page that is being made."""
    return SiteSettings.load()


def update_site(name: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the `Site` row the host of `SITE_URL` and the site's name, for Django's contrib apps."""
    max_length = Site._meta.get_field("name").max_length
    Site.objects.using(using).update_or_create(
        pk=settings.SITE_ID,
        defaults={"domain": urlsplit(settings.SITE_URL).netloc, "name": name[:max_length]},
    )
