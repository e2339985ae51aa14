"""Uploaded pictures, and the forms in which readers' browsers may have them."""

from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PREVIEW_WIDTH = 1200  # pixels; what Facebook and X advise for large previews


class Preview(NamedTuple):
    """A picture as link previews name it: its address, size in pixels and content type."""

    url: str
    width: int
    height: int
    type: str


def originals() -> Storage:
    """Where uploaded files lie as they came: nothing serves that place."""
    return storages["originals"]


class PictureQuerySet(models.QuerySet["Picture"]):
    def sizes(self, addresses: set[str]) -> dict[str, tuple[int, int]]:
        """Width and height in pixels of those addresses that are pictures uploaded here."""
        names = {
            address.removeprefix(settings.MEDIA_URL): address
            for address in addresses
            if address.startswith(settings.MEDIA_URL)
        }
        found = self.filter(file__in=names).values_list("file", "width", "height")
        return {names[name]: (width, height) for name, width, height in found}


class Picture(models.Model):
    """A picture that was uploaded here: decoded, cleaned and written anew (`blog/pictures.py`)."""

    file = models.ImageField(
        _("file"), upload_to="pictures", width_field="width", height_field="height", unique=True
    )
    original = models.FileField(storage=originals, upload_to="pictures", blank=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        help_text=_("What a person who can't see the picture should know."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.alt

    def markdown(self) -> str:
        """What an author writes to show it in a post."""
        return f"![{self.alt}]({self.file.url})"

    @property
    def preview(self) -> Preview:
        """For link previews: the JPEG nearest to 1200 pixels in width, or the file itself while
        there is none. Looks at `renditions`, which lists prefetch."""
        jpegs = [made for made in self.renditions.all() if made.format == Format.JPEG]
        if not jpegs:
            return Preview(self.file.url, self.width, self.height, "image/webp")
        best = min(jpegs, key=lambda made: abs(made.width - PREVIEW_WIDTH))
        return Preview(best.file.url, best.width, best.height, "image/jpeg")


class Format(models.TextChoices):
    """In what a rendition is written, the smallest first."""

    AVIF = "avif", "AVIF"
    WEBP = "webp", "WebP"
    JPEG = "jpeg", "JPEG"


class Rendition(models.Model):
    """A picture in one width and format, written by the worker (`blog/renditions.py`). The row
    is made after its file: what a page names is there."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")
    format = models.CharField(max_length=4, choices=Format)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file = models.FileField(upload_to="pictures", unique=True)

    class Meta:
        ordering = ["picture", "format", "width"]
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "format", "width"], name="rendition_once_per_width"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=Format.values), name="rendition_format_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.file)
