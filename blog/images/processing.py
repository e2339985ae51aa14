"""The door for pictures: what is uploaded is decoded and written anew, and nothing of the uploaded
file itself is ever served. The worker makes the rest (`blog/images/renditions.py`)."""

import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from blog.models import Page, Picture, Post, Rendition
from pagecache.version import invalidate_pages

FORMATS = ["JPEG", "PNG", "WEBP", "AVIF"]
MAX_BYTES = 20 * 1024 * 1024
# What large cameras make; decoding the rest takes up to four copies of four bytes a pixel.
MAX_JPEG_PIXELS, MAX_PIXELS = 50_000_000, 25_000_000
MAX_LENGTH = 65_535  # pixels of a side, as in a JPEG; in memory each line costs something, too
MAX_SIDE = 2400  # pixels; twice the widest column, for screens of high density

# A large picture takes up to 400 MB while it is decoded: one at a time in each process.
DECODING = threading.Lock()

TOO_MANY_PIXELS = gettext_lazy(
    "The picture is too large: a JPEG may have 50 million pixels, any other file 25 million."
    " Please make it smaller."
)
TOO_LONG = gettext_lazy(
    "The picture is too long: no side may have more than 65,535 pixels. Please cut it into pieces."
)


# --- Taking in ------------------------------------------------------------------------------


def fill(picture: Picture, upload: IO[bytes]) -> None:
    """Gives a new picture its cleaned file, and keeps the upload as its private original.

    Raises ValidationError with a sentence for anything that is not a picture of a known format.
    """
    picture.file = clean(upload)
    upload.seek(0)
    picture.original = ContentFile(upload.read(), name=secrets.token_hex(12))


def save(picture: Picture) -> None:
    """Stores a new picture's row and files, or neither: OSError or DatabaseError is raised on."""
    files = [planned(picture.file), planned(picture.original)]
    try:
        for file in (picture.file, picture.original):
            store(file)
        with transaction.atomic():
            picture.save()
    except BaseException:
        delete(files)
        raise


def store(file: FieldFile) -> None:
    """Writes a row's new file before the row: no transaction waits for a disk or a bucket."""
    file.save(file.name or "", file.file, save=False)


def planned(file: FieldFile) -> tuple[Storage, str]:
    """Where a file will lie: its name is random, so it is free."""
    return file.storage, file.field.generate_filename(file.instance, file.name or "")


def clean(upload: IO[bytes]) -> ContentFile:
    """A new WebP file, upright, bounded and without metadata, under a random name.

    Raises ValidationError with a sentence for anything that is not a picture of a known format.
    """
    if upload.seek(0, 2) > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB: please make it smaller."))
    upload.seek(0)
    data = encoded(decode(upload), "WEBP", quality=85, method=4)
    return ContentFile(data, name=f"{secrets.token_hex(12)}.webp")


# --- Pixels ---------------------------------------------------------------------------------


def decode(upload: IO[bytes]) -> Image.Image:
    """The picture in the file, its first frame if there are several: upright, RGB or RGBA, and at
    most 2400 pixels in width and height."""
    try:
        with DECODING, Image.open(upload, formats=FORMATS) as picture:
            most = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
            if picture.width * picture.height > most:
                raise ValidationError(TOO_MANY_PIXELS)
            if max(picture.size) > MAX_LENGTH:
                raise ValidationError(TOO_LONG)
            picture.draft(None, (MAX_SIDE, MAX_SIDE))  # a JPEG need not be decoded larger
            picture.load()  # only decoding is proof
            return upright(bounded(in_colour(picture)))
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_MANY_PIXELS) from error
    # Pillow refuses with five kinds of exception, and broken files find more.
    except Exception as error:
        raise ValidationError(
            _("This file can't be read as a picture: please upload a JPEG, PNG, WebP or AVIF file.")
        ) from error


def in_colour(picture: Image.Image) -> Image.Image:
    """As RGB, or RGBA where anything is transparent."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; Pillow would make all but black white
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def bounded(picture: Image.Image) -> Image.Image:
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return picture


def upright(picture: Image.Image) -> Image.Image:
    """Turned as its EXIF data says; broken data says nothing about which side is up."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  (Pillow's parser of EXIF raises whatever it meets)
        return picture


def encoded(picture: Image.Image, format: str, **options: int | bool) -> bytes:
    """An RGB or RGBA picture in a format of Pillow's, with no word of metadata."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)  # a new image: comments and profiles stay behind in the old one
    out = BytesIO()
    bare.save(out, format, **options)
    return out.getvalue()


# --- Taking away ----------------------------------------------------------------------------


@transaction.atomic
def remove(pictures: QuerySet[Picture]) -> None:
    """Deletes pictures, their renditions and originals; texts that show them keep the words.

    ProtectedError if one is a post's thumbnail.
    """
    found = list(pictures.select_for_update())  # a worker that adds renditions waits
    made = Rendition.objects.filter(picture__in=found)
    files = [picture.file for picture in found] + [picture.original for picture in found]
    files += [rendition.file for rendition in made]
    lying = [(file.storage, file.name) for file in files if file.name]
    Picture.objects.filter(pk__in=[picture.pk for picture in found]).delete()
    for picture in found:
        render_texts(picture)
    invalidate_pages()
    transaction.on_commit(lambda: delete(lying))


def render_texts(picture: Picture) -> None:
    """Renders posts and pages again that show a picture whose files have changed."""
    for texts in (Post.objects, Page.objects):
        for text in texts.containing_picture(picture):
            text.rerender()


def delete(files: Iterable[tuple[Storage, str]]) -> None:
    """Deletes files that no row names any more; what can't be deleted does no harm."""
    for storage, name in files:
        with suppress(OSError):
            storage.delete(name)
