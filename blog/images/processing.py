"""Uploaded pictures, decoded and encoded again: nothing of the file itself is ever served."""

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
# What large cameras make of a JPEG; other files take up to four copies of four bytes a pixel.
MAX_JPEG_PIXELS, MAX_PIXELS = 50_000_000, 25_000_000
MAX_LENGTH = 65_535  # pixels of a side, as in a JPEG; each line takes some memory as well
MAX_SIDE = 2400  # pixels; twice the widest column, for screens of high density

# A large picture takes up to 400 MB while it is decoded: one at a time in each process.
DECODING = threading.Lock()

TOO_MANY_PIXELS = gettext_lazy(
    "The picture is too large. JPEG files can have up to 50 megapixels, other files up to 25."
)
TOO_LONG = gettext_lazy("The picture is too long. Each side can have up to 65,535 pixels.")


# --- Storing --------------------------------------------------------------------------------


def attach_upload(picture: Picture, upload: IO[bytes]) -> None:
    """Give a new picture its files; raise ValidationError if the upload is no picture."""
    picture.file = reencode(upload)
    upload.seek(0)
    picture.original = ContentFile(upload.read(), name=secrets.token_hex(12))


def save_picture(picture: Picture) -> None:
    """Store files and row of a new picture, or none; raise OSError or DatabaseError."""
    files = [storage_path(picture.file), storage_path(picture.original)]
    try:
        for file in (picture.file, picture.original):
            store_file(file)
        with transaction.atomic():
            picture.save()
    except BaseException:
        delete_files(files)
        raise


def store_file(file: FieldFile) -> None:
    """Write the file of a row before the row, so that no transaction waits for a storage."""
    file.save(file.name or "", file.file, save=False)


def storage_path(file: FieldFile) -> tuple[Storage, str]:
    """Return where a file will be stored: its name is random, so it is free."""
    return file.storage, file.field.generate_filename(file.instance, file.name or "")


def reencode(upload: IO[bytes]) -> ContentFile:
    """Return an upload as WebP without metadata; raise ValidationError if it is no picture."""
    if upload.seek(0, 2) > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB. Please make it smaller."))
    upload.seek(0)
    data = encode(decode(upload), "WEBP", quality=85, method=4)
    return ContentFile(data, name=f"{secrets.token_hex(12)}.webp")


# --- Pixels ---------------------------------------------------------------------------------


def decode(upload: IO[bytes]) -> Image.Image:
    """Return a picture as RGB or RGBA, upright, within MAX_SIDE; raise ValidationError."""
    try:
        with DECODING, Image.open(upload, formats=FORMATS) as picture:
            max_pixels = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
            if picture.width * picture.height > max_pixels:
                raise ValidationError(TOO_MANY_PIXELS)
            if max(picture.size) > MAX_LENGTH:
                raise ValidationError(TOO_LONG)
            picture.draft(None, (MAX_SIDE, MAX_SIDE))  # a JPEG need not be decoded larger
            picture.load()  # only decoding proves that it is a picture
            pixels = to_rgb(picture)
            pixels.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
            return apply_exif_orientation(pixels)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_MANY_PIXELS) from error
    # Pillow documents five kinds of exception, and broken files find more.
    except Exception as error:
        raise ValidationError(
            _("This file can't be read as a picture. Please upload a JPEG, PNG, WebP or AVIF file.")
        ) from error


def to_rgb(picture: Image.Image) -> Image.Image:
    """Return the picture as RGB, or as RGBA if any of it is transparent."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; Pillow would make all but black white
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def apply_exif_orientation(picture: Image.Image) -> Image.Image:
    """Return the picture turned as its EXIF data says; broken EXIF data is ignored."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  (Pillow's EXIF parser lets any exception through)
        return picture


def encode(picture: Image.Image, format: str, **options: int | bool) -> bytes:
    """Return an RGB or RGBA picture in one of Pillow's formats, without metadata."""
    copy = Image.new(picture.mode, picture.size)
    copy.paste(picture)  # comments and profiles stay behind in the old image
    out = BytesIO()
    copy.save(out, format, **options)
    return out.getvalue()


# --- Deleting -------------------------------------------------------------------------------


@transaction.atomic
def delete_pictures(pictures: QuerySet[Picture]) -> None:
    """Delete pictures with all their files; raise ProtectedError for a post's thumbnail."""
    locked = list(pictures.select_for_update())  # a worker that adds renditions waits
    renditions = Rendition.objects.filter(picture__in=locked)
    files = [picture.file for picture in locked] + [picture.original for picture in locked]
    files += [rendition.file for rendition in renditions]
    stored = [(file.storage, file.name) for file in files if file.name]
    Picture.objects.filter(pk__in=[picture.pk for picture in locked]).delete()
    for picture in locked:
        rerender_texts_showing(picture)
    invalidate_pages()
    transaction.on_commit(lambda: delete_files(stored))


def rerender_texts_showing(picture: Picture) -> None:
    """Render the posts and pages again that show a picture whose files have changed."""
    for texts in (Post.objects, Page.objects):
        for text in texts.containing_picture(picture):
            text.rerender()


def delete_files(files: Iterable[tuple[Storage, str]]) -> None:
    """Delete files that no row names any more; those that can't be deleted do no harm."""
    for storage, name in files:
        with suppress(OSError):
            storage.delete(name)
