"""Decode uploads within limits: upright, in sRGB, as RGB or RGBA."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, ImageOps, ImageSequence

FORMATS = ["JPEG", "PNG", "WEBP", "AVIF", "GIF"]
JPEGS = ("JPEG", "MPO")  # Pillow's name of a JPEG with more pictures in it, as phones make them
# What large cameras make of a JPEG; other files take up to four copies of four bytes a pixel.
MAX_JPEG_PIXELS, MAX_PIXELS = 50_000_000, 25_000_000
MAX_LENGTH = 65_535  # pixels of a side, as in a JPEG; each line takes some memory as well
MAX_WIDTH = 2400  # pixels stored; twice the widest column, for screens of high density
MAX_HEIGHT = 16_383  # pixels stored; WebP has no more
# An animation is encoded while its author waits, which takes some seconds for this many pixels.
MAX_ANIMATION_PIXELS, MAX_FRAMES = 25_000_000, 1_000
MAX_PROFILE_BYTES = 4 * 1024 * 1024  # printers' profiles take up to two

_ORIENTATION = 0x0112  # the EXIF tag
_SIDEWAYS = (5, 6, 7, 8)  # its values that exchange width and height
_SRGB = ImageCms.createProfile("sRGB")
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # by the colour space of a profile

# A large picture takes up to 400 MB while it is decoded: one at a time in each process.
DECODING = threading.Lock()

TOO_MANY_PIXELS = gettext_lazy(
    "The picture is too large. JPEG files can have up to 50 megapixels, other files up to 25."
)
TOO_LONG = gettext_lazy("The picture is too long. Each side can have up to 65,535 pixels.")
TOO_TALL = gettext_lazy(
    "The picture is too tall. Pictures can be up to 16,383 pixels tall. Please split it into "
    "several pictures."
)
TOO_MUCH_ANIMATION = gettext_lazy(
    "The animation is too large. Width times height times frames can be up to 25 million, with "
    "up to 1,000 frames. Please make it smaller or shorter, or upload a picture that doesn't move."
)


class Animation(NamedTuple):
    """The frames of an animation, how long each is shown (in ms), and how often (0: for ever)."""

    frames: list[Image.Image]
    durations: list[int]
    loop: int


class Decoded(NamedTuple):
    """A picture, and its animation if it has one."""

    picture: Image.Image
    animation: Animation | None
    is_jpeg: bool

    @property
    def has_transparency(self) -> bool:
        """Return True if anything behind the picture is seen."""
        frames = self.animation.frames if self.animation else [self.picture]
        return any(frame.mode == "RGBA" for frame in frames)


def decode(upload: IO[bytes]) -> Image.Image:
    """Return a picture, or the first one of an animation; raise ValidationError."""
    with _opened(upload) as opened:
        return _pixels(opened)


def decode_all(upload: IO[bytes]) -> Decoded:
    """Return a picture with its animation; raise ValidationError."""
    with _opened(upload) as opened:
        is_jpeg = opened.format in JPEGS
        if not is_jpeg and getattr(opened, "is_animated", False):
            animation = _animation(opened)
            moves = len(animation.frames) > 1
            return Decoded(animation.frames[0], animation if moves else None, is_jpeg)
        return Decoded(_pixels(opened), None, is_jpeg)


@contextmanager
def _opened(upload: IO[bytes]) -> Iterator[Image.Image]:
    """Open a picture within the limits; turn what is raised inside into a ValidationError."""
    try:
        with DECODING, Image.open(upload, formats=FORMATS) as picture:
            max_pixels = MAX_JPEG_PIXELS if picture.format in JPEGS else MAX_PIXELS
            if picture.width * picture.height > max_pixels:
                raise ValidationError(TOO_MANY_PIXELS)
            if max(picture.size) > MAX_LENGTH:
                raise ValidationError(TOO_LONG)
            yield picture
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_MANY_PIXELS) from error
    # Pillow documents five kinds of exception, and broken files find more.
    except Exception as error:
        raise ValidationError(
            _(
                "This file can't be read as a picture. Please upload a JPEG, PNG, WebP, AVIF or "
                "GIF file."
            )
        ) from error


def _animation(opened: Image.Image) -> Animation:
    """Return all frames. The file may name any number of them, so they are counted here."""
    frames, durations = [], []
    first = 1 if opened.info.get("default_image") else 0  # shown where APNG is not known
    repeats = opened.info.get("loop", None if opened.format == "GIF" else 0)
    for number, frame in enumerate(ImageSequence.Iterator(opened)):
        count = number + 1
        if count > MAX_FRAMES or opened.width * opened.height * count > MAX_ANIMATION_PIXELS:
            raise ValidationError(TOO_MUCH_ANIMATION)
        if number >= first:
            frames.append(_pixels(frame))
            durations.append(round(frame.info.get("duration") or 0))
    # A GIF says how often it is repeated, and one that says nothing is shown once.
    return Animation(frames, durations, 1 if repeats is None else int(repeats))


# --- Pixels ---------------------------------------------------------------------------------


def _pixels(opened: Image.Image) -> Image.Image:
    """Return the current frame as RGB, or as RGBA if any of it is transparent."""
    size = _stored_size(opened)
    opened.draft(None, size)  # a JPEG need not be decoded larger
    opened.load()  # only decoding proves that it is a picture
    pixels = to_rgb(opened)
    if pixels.size != size:
        pixels = pixels.resize(size, Image.Resampling.LANCZOS)
    return _apply_exif_orientation(pixels)


def _stored_size(opened: Image.Image) -> tuple[int, int]:
    """Return the size at which a picture is stored, before it is turned; raise ValidationError."""
    is_sideways = _orientation(opened) in _SIDEWAYS
    width, height = opened.size[::-1] if is_sideways else opened.size
    scale = min(1, MAX_WIDTH / width, math.sqrt(MAX_PIXELS / (width * height)))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    if height > MAX_HEIGHT:
        raise ValidationError(TOO_TALL)
    return (height, width) if is_sideways else (width, height)


def _orientation(picture: Image.Image) -> int:
    """Return what the EXIF data says; broken EXIF data is ignored."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  (Pillow's EXIF parser lets any exception through)
        return 1


def _apply_exif_orientation(picture: Image.Image) -> Image.Image:
    """Return the picture turned as its EXIF data says; broken EXIF data is ignored."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  (Pillow's EXIF parser lets any exception through)
        return picture


def to_rgb(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB as RGB, or as RGBA if any of it is transparent."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; Pillow would make all but black white
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    pixels = picture
    alpha = None
    if picture.has_transparency_data:
        pixels = picture.convert("RGBA")
        alpha = pixels.getchannel("A")
    rgb = _apply_profile(pixels, picture.info.get("icc_profile")) or pixels.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        rgb.putalpha(alpha)
    return rgb


def _apply_profile(picture: Image.Image, profile: bytes | None) -> Image.Image | None:
    """Return the picture as RGB in sRGB; None if its profile is missing, broken or needless."""
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = _MODES[source.profile.xcolor_space.strip()]
        is_srgb = ImageCms.getProfileDescription(source).startswith("sRGB")
        if is_srgb or (mode == "CMYK") != (picture.mode == "CMYK"):
            return None
        colours = picture if picture.mode == mode else picture.convert(mode)
        return ImageCms.profileToProfile(colours, source, _SRGB, outputMode="RGB")
    except Exception:  # noqa: BLE001  (a broken profile says nothing about the picture)
        return None
