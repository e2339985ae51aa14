"""Uploaded pictures and their renditions, which browsers choose from."""

from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import markup

MASTER_TYPE = "image/webp"  # what `blog.images.processing` writes
PREVIEW_WIDTH = 1200  # pixels; what Facebook and X advise for large previews


class Preview(NamedTuple):
    """A picture for link previews: its URL, size in pixels and content type."""

    url: str
    width: int
    height: int
    type: str


def originals() -> Storage:
    """Return the storage of the files as they were uploaded, which is never served."""
    return storages["originals"]


def content_type(format: str) -> str:
    """Return the content type of a `Format`."""
    return f"image/{format}"


class Encoding(models.TextChoices):
    """How the file of a picture is encoded, which its renditions follow."""

    LOSSY = "lossy", "lossy"  # photos
    SHARP = "sharp", "sharp"  # drawings that take too much without loss
    LOSSLESS = "lossless", "lossless"  # each pixel as it was uploaded
    ANIMATED = "animated", "animated"  # has no renditions, because they would stand still


class PictureQuerySet(models.QuerySet["Picture"]):
    """Pictures."""

    def by_url(self, urls: set[str]) -> dict[str, markup.Picture]:
        """Return what `markup` needs of those URLs that are pictures uploaded here."""
        names = {
            url.removeprefix(settings.MEDIA_URL)
            for url in urls
            if url.startswith(settings.MEDIA_URL)
        }
        pictures = self.filter(file__in=names) if names else []
        return {picture.file.url: picture.as_markup for picture in pictures}

    def content_type(self, name: str) -> str | None:
        """Return the content type of a stored file; None if it is neither picture nor rendition."""
        if rendition := Rendition.objects.filter(file=name).first():
            return rendition.type
        return MASTER_TYPE if self.filter(file=name).exists() else None

    def due(self) -> Self:
        """Return those whose renditions are to be made now, the newest first."""
        return self.filter(renditions_due_at__lte=timezone.now()).order_by("-pk")


class Picture(models.Model):
    """An uploaded picture, decoded and encoded again by `blog/images/processing.py`."""

    file = models.ImageField(
        _("file"), upload_to="pictures", width_field="width", height_field="height", unique=True
    )
    original = models.FileField(storage=originals, upload_to="pictures", blank=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    encoding = models.CharField(
        max_length=8,
        choices=Encoding,
        default=Encoding.LOSSY,
        db_default=Encoding.LOSSY,
        editable=False,
    )
    # Such a picture gets a light background in the dark. False of uploads from before this column.
    has_transparency = models.BooleanField(default=False, db_default=False, editable=False)
    alt = models.CharField(
        _("alt text"),
        max_length=300,
        help_text=_("Describe the picture for people who can't see it."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    # When the worker makes the renditions; empty if all are there. A worker that claims a picture
    # moves this on, so that no other one does. Attempts are counted when they begin, so that one
    # whose worker was killed counts, too.
    renditions_due_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # File, format, width and height of each rendition once all are there, so that a list of ten
    # cards does not have to read a hundred rows.
    rendition_data = models.JSONField(default=list, db_default=[], editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-uploaded_at"]
        indexes = [
            # The worker looks for due pictures all the time, and nearly always there are none.
            models.Index(
                fields=["renditions_due_at"],
                condition=models.Q(renditions_due_at__isnull=False),
                name="picture_due",
            ),
        ]

    def __str__(self) -> str:
        return self.alt

    def markdown(self) -> str:
        """Return the Markdown that shows the picture in a post."""
        return markup.picture_markdown(self.alt, self.file.url)

    @property
    def available_renditions(self) -> list[list[Any]]:
        """Return `rendition_data`, or the rows of pictures from before this column existed."""
        is_known = self.renditions_due_at is not None or self.encoding == Encoding.ANIMATED
        if self.rendition_data or is_known or not self.pk:
            return self.rendition_data
        rows = self.renditions.values_list("file", "format", "width", "height")
        return [list(row) for row in rows]

    @property
    def as_markup(self) -> markup.Picture:
        """Return what pages need to show it."""
        media = settings.MEDIA_URL
        renditions = tuple(
            markup.Rendition(media + file, content_type(format), width)
            for file, format, width, _height in self.available_renditions
        )
        return markup.Picture(
            media + str(self.file), self.width, self.height, renditions, self.has_transparency
        )

    def smallest_url(self, width: int) -> str:
        """Return the URL of the narrowest WebP file with at least this width, or of its own."""
        files = [row for row in self.available_renditions if row[1] == Format.WEBP]
        wide_enough = [row for row in files if row[2] >= min(width, self.width)]
        smallest = min(wide_enough, key=lambda row: row[2], default=None)
        return settings.MEDIA_URL + smallest[0] if smallest else self.file.url

    @property
    def preview(self) -> Preview:
        """Return the JPEG whose width is nearest to 1200 pixels; the file itself without one."""
        jpegs = [each for each in self.available_renditions if each[1] == Format.JPEG]
        if not jpegs:
            return Preview(self.file.url, self.width, self.height, MASTER_TYPE)
        file, format, width, height = min(jpegs, key=lambda each: abs(each[2] - PREVIEW_WIDTH))
        return Preview(settings.MEDIA_URL + file, width, height, content_type(format))


class Format(models.TextChoices):
    """The file format of a rendition, the smallest first."""

    AVIF = "avif", "AVIF"
    WEBP = "webp", "WebP"
    JPEG = "jpeg", "JPEG"


class Rendition(models.Model):
    """A picture in one width and format; the worker writes the row after its file."""

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

    @property
    def type(self) -> str:
        """Return the content type."""
        return content_type(self.format)
