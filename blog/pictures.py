"""Uploaded pictures are decoded and written anew: nothing of the uploaded file itself survives."""

import secrets
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

FORMATS = ["JPEG", "PNG", "WEBP", "AVIF"]
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000  # what a large camera makes; decoded 200 MB at most
MAX_SIDE = 2400  # pixels; twice the widest column, for screens of high density


TOO_MANY_PIXELS = gettext_lazy(
    "The picture has more than 50 million pixels: please make it smaller."
)


def clean(upload: IO[bytes]) -> ContentFile:
    """A new WebP file, upright, bounded and without metadata, under a random name.

    Raises ValidationError with a sentence for anything that is not a picture of a known format.
    """
    if upload.seek(0, 2) > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB: please make it smaller."))
    upload.seek(0)
    picture = decode(upload)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)  # a new image: comments and profiles stay behind in the old one
    out = BytesIO()
    bare.save(out, "WEBP", quality=85, method=4)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(12)}.webp")


def decode(upload: IO[bytes]) -> Image.Image:
    """The picture in the file, upright, as RGB or RGBA."""
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            picture.load()  # only decoding is proof
            picture = upright(picture)
            return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise ValidationError(TOO_MANY_PIXELS) from error
    # Pillow refuses with five kinds of exception, and broken files find more.
    except Exception as error:
        raise ValidationError(
            _("This file can't be read as a picture: please upload a JPEG, PNG, WebP or AVIF file.")
        ) from error


def upright(picture: Image.Image) -> Image.Image:
    """Turned as its EXIF data says; broken data says nothing about which side is up."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  (Pillow's parser of EXIF raises whatever it meets)
        return picture
