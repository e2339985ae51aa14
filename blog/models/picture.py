"""Uploaded pictures, and the forms in which readers' browsers may have them."""

from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import markup

MASTER_TYPE = "image/webp"  # what `blog.images.processing.clean` writes
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


def content_type(form: str) -> str:
    """The content type of a `Format`."""
    return f"image/{form}"


class PictureQuerySet(models.QuerySet["Picture"]):
    def at(self, addresses: set[str]) -> dict[str, markup.Picture]:
        """What is known of those addresses that are pictures uploaded here."""
        names = {
            address.removeprefix(settings.MEDIA_URL)
            for address in addresses
            if address.startswith(settings.MEDIA_URL)
        }
        found = self.filter(file__in=names) if names else []
        return {picture.file.url: picture.shown for picture in found}

    def content_type(self, name: str) -> str | None:
        """As what a stored file is served; None if it is no picture's and no rendition's."""
        if made := Rendition.objects.filter(file=name).first():
            return made.type
        return MASTER_TYPE if self.filter(file=name).exists() else None

    def due(self) -> Self:
        """Those whose renditions are to be made now, the newest first: somebody waits for it."""
        return self.filter(renditions_due_at__lte=timezone.now()).order_by("-pk")


class Picture(models.Model):
    """A picture that was uploaded here: decoded, cleaned and written anew (`blog/images/processing.py`)."""

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
    # When the worker makes the renditions; a claim moves it on, so that nobody else does. Empty:
    # all are there. Attempts are counted when begun: a worker that was killed had one, too.
    renditions_due_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # What pages name, once all of it is there: file, format, width and height of each rendition.
    # A list of ten cards would otherwise read and build a hundred rows.
    made = models.JSONField(default=list, db_default=[], editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-uploaded_at"]
        indexes = [
            # The worker's look for what is due: nearly always nothing.
            models.Index(
                fields=["renditions_due_at"],
                condition=models.Q(renditions_due_at__isnull=False),
                name="picture_due",
            ),
        ]

    def __str__(self) -> str:
        return self.alt

    def markdown(self) -> str:
        """What an author writes to show it in a post."""
        return markup.picture_markdown(self.alt, self.file.url)

    @property
    def named(self) -> list[list[Any]]:
        """The renditions that pages name, as `made` has them; from their rows where a worker of
        before this column completed them."""
        if self.made or self.renditions_due_at is not None or not self.pk:
            return self.made
        rows = self.renditions.values_list("file", "format", "width", "height")
        return [list(row) for row in rows]

    @property
    def shown(self) -> markup.Picture:
        """What pages need to show it."""
        media = settings.MEDIA_URL
        made = tuple(
            markup.Rendition(media + file, content_type(form), width)
            for file, form, width, _height in self.named
        )
        return markup.Picture(media + str(self.file), self.width, self.height, made)

    @property
    def preview(self) -> Preview:
        """For link previews: the JPEG nearest to 1200 pixels in width, or the file itself while
        there is none."""
        jpegs = [each for each in self.named if each[1] == Format.JPEG]
        if not jpegs:
            return Preview(self.file.url, self.width, self.height, MASTER_TYPE)
        file, form, width, height = min(jpegs, key=lambda each: abs(each[2] - PREVIEW_WIDTH))
        return Preview(settings.MEDIA_URL + file, width, height, content_type(form))


class Format(models.TextChoices):
    """In what a rendition is written, the smallest first."""

    AVIF = "avif", "AVIF"
    WEBP = "webp", "WebP"
    JPEG = "jpeg", "JPEG"


class Rendition(models.Model):
    """A picture in one width and format, written by the worker (`blog/images/renditions.py`). The row
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

    @property
    def type(self) -> str:
        """The content type."""
        return content_type(self.format)
