"""Renditions: pictures in the widths and formats that pages offer, made by the worker.

The row is the truth: what `renditions_due_at` says is due is claimed by a conditional UPDATE that
moves it on, further with each attempt. So no two workers make the same, a killed one is followed
by another, and a picture that always fails neither stops the rest nor is tried in a circle.
"""

import logging
import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from blog.images import processing
from blog.models import Format, Picture, Rendition
from pagecache.version import invalidate_pages

# Cards are 340 to 560 CSS pixels wide, text 700, a lead picture 1180: at one and two dots a pixel.
WIDTHS = (480, 800, 1200, 1600)
OPTIONS: dict[str, dict[str, int | bool]] = {
    Format.AVIF: {"quality": 60, "speed": 7, "max_threads": 1},
    Format.WEBP: {"quality": 80, "method": 4},
    Format.JPEG: {"quality": 82, "progressive": True, "optimize": True},
}
FIRST_PAUSE = timedelta(minutes=5)  # more than the slowest picture takes
LONGEST_PAUSE = timedelta(days=1)
SECOND_LOOK = timedelta(minutes=1)  # no saving of a text takes longer

log = logging.getLogger(__name__)


def drain(stopping: threading.Event) -> None:
    """Makes all that is due, one picture after another."""
    while not stopping.is_set() and (picture := claim()):
        try:
            make(picture, stopping)
        except Picture.DoesNotExist:
            continue  # deleted meanwhile
        except Exception:
            log.exception("renditions failed", extra={"picture": picture.pk})


def claim() -> Picture | None:
    """The next picture that is due, if no other worker takes it first: then the one after it."""
    for picture in Picture.objects.due()[:50]:
        mine = Picture.objects.filter(pk=picture.pk, renditions_due_at=picture.renditions_due_at)
        until = timezone.now() + pause(picture.attempts)
        if mine.update(renditions_due_at=until, attempts=F("attempts") + 1):
            return picture
    return None


def pause(attempts: int) -> timedelta:
    """How long a picture is left alone after so many attempts before."""
    return min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)


def make(picture: Picture, stopping: threading.Event) -> None:
    """Makes the renditions that a picture lacks; told to stop, it leaves the rest for later."""
    there = {(made.format, made.width) for made in picture.renditions.all()}
    missing = [each for each in wanted(picture) if each not in there]
    if not missing:
        return complete(picture, again=False)
    pixels = decode(picture)
    for format, width in missing:
        if stopping.is_set():
            Picture.objects.filter(pk=picture.pk).update(renditions_due_at=timezone.now())
            return None
        add(picture, format, width, pixels)
    return complete(picture, again=True)


def wanted(picture: Picture) -> Iterator[tuple[str, int]]:
    """Format and width of each rendition, never wider than the picture. The widest come first:
    while some are missing, a page shows none that is too small."""
    widths = {width for width in WIDTHS if width < picture.width}
    widths.add(min(picture.width, WIDTHS[-1]))
    for format in OPTIONS:
        for width in sorted(widths, reverse=True):
            yield format, width


def decode(picture: Picture) -> Image.Image:
    """A picture's pixels, from the original; from the cleaned file where there is no original."""
    for file in (picture.original, picture.file):
        if file.name and file.storage.exists(file.name):
            with file.storage.open(file.name) as opened:
                return processing.decode(opened)
    raise FileNotFoundError(picture.file.name)


def add(picture: Picture, format: str, width: int, pixels: Image.Image) -> None:
    """Makes one rendition: the file first, then its row."""
    height = max(1, round(picture.height * width / picture.width))
    small = pixels.resize((width, height), Image.Resampling.LANCZOS)
    if format == Format.JPEG:
        small = on_white(small)
    data = processing.encoded(small, format, **OPTIONS[format])
    made = Rendition(picture=picture, format=format, width=width, height=height)
    made.file = ContentFile(data, name=f"{secrets.token_hex(12)}.{format}")
    file = processing.planned(made.file)
    try:
        processing.store(made.file)
        with transaction.atomic():
            Picture.objects.select_for_update().get(pk=picture.pk)
            made.save()
        said = {"picture": picture.pk, "format": str(format), "width": width}
        log.info("rendition made", extra=said)
    except IntegrityError:  # another worker was quicker
        processing.delete([file])
    except BaseException:  # the picture was deleted meanwhile, the disk is full
        processing.delete([file])
        raise


def on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, which a JPEG can't hold."""
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


@transaction.atomic
def complete(picture: Picture, *, again: bool) -> None:
    """All renditions are there: whatever shows the picture names them from now on. A text that
    was being saved at this moment was rendered without them: it is found `again`, later."""
    due = timezone.now() + SECOND_LOOK if again else None
    rows = picture.renditions.values_list("file", "format", "width", "height")
    made = [list(row) for row in rows]
    Picture.objects.filter(pk=picture.pk).update(
        renditions_due_at=due, attempts=0, rendition_data=made
    )
    processing.render_texts(picture)
    invalidate_pages()
