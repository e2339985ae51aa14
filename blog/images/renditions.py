"""Renditions: pictures in the widths and formats that pages offer, made by the worker.

A picture whose `renditions_due_at` has come is claimed by a conditional UPDATE that moves it on,
further with each attempt: so another worker continues where one was killed, and a picture that
always fails does not stop the others.
"""

import logging
import secrets
import threading
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from blog.images import decoding, encoding, processing
from blog.models import Encoding, Format, Picture, Rendition
from pagecache.version import invalidate_pages

# Cards are 340 to 560 CSS pixels wide, text 700, a lead picture 1180: at one and two dots a pixel.
WIDTHS = (480, 800, 1200, 1600)
PHOTO: dict[str, dict[str, Any]] = {
    Format.AVIF: {"quality": 60, "speed": 7, "max_threads": 1},
    Format.WEBP: {"quality": 80, "method": 4},
    Format.JPEG: {"quality": 82, "progressive": True, "optimize": True},
}
# Text and lines are blurred if their colours have a quarter of the pixels, as in photos.
SHARP: dict[str, dict[str, Any]] = {
    Format.AVIF: {**PHOTO[Format.AVIF], "quality": 75, "subsampling": "4:4:4"},
    Format.WEBP: encoding.SHARP,
    Format.JPEG: {**PHOTO[Format.JPEG], "quality": 90, "subsampling": 0},
}
# Browsers take the first format that they know, so no AVIF stands before a lossless WebP; and any
# rendition of an animation would stand still.
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    Encoding.LOSSY: PHOTO,
    Encoding.SHARP: SHARP,
    Encoding.LOSSLESS: {
        Format.WEBP: encoding.LOSSLESS,
        Format.JPEG: SHARP[Format.JPEG],
    },
    Encoding.ANIMATED: {},
}
FIRST_BACKOFF = timedelta(minutes=5)  # more than the slowest picture takes; doubled each time
MAX_BACKOFF = timedelta(days=1)
SECOND_RENDERING_DELAY = timedelta(minutes=1)  # saving a text takes less

log = logging.getLogger(__name__)


def make_due(stopping: threading.Event) -> None:
    """Make all renditions that are due, one picture after another."""
    while not stopping.is_set() and (picture := claim()):
        try:
            make_renditions(picture, stopping)
        except Picture.DoesNotExist:
            continue  # it was deleted meanwhile
        except Exception:
            log.exception("renditions failed", extra={"picture": picture.pk})


def claim() -> Picture | None:
    """Claim the next due picture that no other worker takes first, and return it; or None."""
    for picture in Picture.objects.due()[:50]:
        seen_at = picture.renditions_due_at
        unclaimed = Picture.objects.filter(pk=picture.pk, renditions_due_at=seen_at)
        backoff = min(FIRST_BACKOFF * 2 ** min(picture.attempts, 20), MAX_BACKOFF)
        due_again_at = timezone.now() + backoff
        if unclaimed.update(renditions_due_at=due_again_at, attempts=F("attempts") + 1):
            return picture
    return None


def make_renditions(picture: Picture, stopping: threading.Event) -> None:
    """Make the renditions that a picture lacks; if the worker is stopping, leave the rest due."""
    missing = missing_renditions(picture)
    if not missing:
        return finish(picture, render_again=False)
    pixels = decode(picture)
    for format, width in missing:
        if stopping.is_set():
            Picture.objects.filter(pk=picture.pk).update(renditions_due_at=timezone.now())
            return None
        make_rendition(picture, format, width, pixels)
    return finish(picture, render_again=True)


def missing_renditions(picture: Picture) -> list[tuple[str, int]]:
    """Return format and width of what a picture lacks: widest first, none wider than itself."""
    widths = {width for width in WIDTHS if width < picture.width}
    widths.add(min(picture.width, WIDTHS[-1]))
    existing = set(picture.renditions.values_list("format", "width"))
    return [
        (format, width)
        for format in OPTIONS[picture.encoding]
        for width in sorted(widths, reverse=True)
        if (format, width) not in existing
    ]


def decode(picture: Picture) -> Image.Image:
    """Return a picture's pixels: from its original, or from its file if there is no original."""
    for file in (picture.original, picture.file):
        if file.name and file.storage.exists(file.name):
            with file.storage.open(file.name) as opened:
                return decoding.decode(opened)
    raise FileNotFoundError(picture.file.name)


def make_rendition(picture: Picture, format: str, width: int, pixels: Image.Image) -> None:
    """Make one rendition: first its file, then its row."""
    height = max(1, round(picture.height * width / picture.width))
    resized = pixels
    if pixels.size != (width, height):
        resized = pixels.resize((width, height), Image.Resampling.LANCZOS)
    if format == Format.JPEG:
        resized = on_white(resized)
    options = OPTIONS[picture.encoding][format]
    data = encoding.encode(resized, format, **options)
    rendition = Rendition(picture=picture, format=format, width=width, height=height)
    rendition.file = ContentFile(data, name=f"{secrets.token_hex(12)}.{format}")
    file = processing.storage_path(rendition.file)
    try:
        processing.store_file(rendition.file)
        with transaction.atomic():
            Picture.objects.select_for_update().get(pk=picture.pk)
            rendition.save()
        fields = {"picture": picture.pk, "format": str(format), "width": width}
        log.info("rendition made", extra=fields)
    except IntegrityError:  # another worker was quicker
        processing.delete_files([file])
    except BaseException:  # the picture was deleted meanwhile, or the disk is full
        processing.delete_files([file])
        raise


def on_white(picture: Image.Image) -> Image.Image:
    """Return the picture on a white background: JPEG has no transparency."""
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


@transaction.atomic
def finish(picture: Picture, *, render_again: bool) -> None:
    """Let pages name the renditions of a picture that has all of them.

    A text that was being saved meanwhile was rendered without them: `render_again` renders the
    texts once more, later.
    """
    due = timezone.now() + SECOND_RENDERING_DELAY if render_again else None
    rows = picture.renditions.values_list("file", "format", "width", "height")
    Picture.objects.filter(pk=picture.pk).update(
        renditions_due_at=due, attempts=0, rendition_data=[list(row) for row in rows]
    )
    processing.rerender_texts_showing(picture)
    invalidate_pages()
