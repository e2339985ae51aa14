"""Encode pictures without metadata: lossless where that is worth it, moving ones as WebP."""

from io import BytesIO
from typing import Any

from PIL import Image

from blog.images.decoding import Animation, Decoded
from blog.models import Encoding

LOSSY = {"quality": 85, "method": 4}
SHARP = {"quality": 92, "method": 4}  # WebP halves the resolution of colours at any quality
LOSSLESS = {"lossless": True, "quality": 75, "method": 4}
# A hundred frames take a hundred times as long as one.
LOSSY_FRAMES = {"quality": 80, "method": 2}
LOSSLESS_FRAMES = {"lossless": True, "quality": 30, "method": 1}
SMALL_BYTES = 48 * 1024  # icons and pixel art: no reader waits for so little
SAMPLE = (128, 128)  # pixels that tell drawings from photos
SAMPLE_COLOURS = 4096


def encode_master(decoded: Decoded, upload_bytes: int) -> tuple[bytes, Encoding]:
    """Return the WebP file that is stored of an upload, and how it is encoded."""
    if decoded.animation:
        is_drawn = has_few_colours(decoded.picture)
        return encode_animation(decoded.animation, is_drawn, upload_bytes), Encoding.ANIMATED
    if decoded.is_jpeg:
        return encode(decoded.picture, "WEBP", **LOSSY), Encoding.LOSSY
    lossy = encode(decoded.picture, "WEBP", **LOSSY)
    if not has_few_colours(decoded.picture):
        return lossy, Encoding.LOSSY
    lossless = encode(decoded.picture, "WEBP", **LOSSLESS)
    is_small = len(lossless) <= min(SMALL_BYTES, upload_bytes)
    if is_small or len(lossless) <= len(lossy):
        return lossless, Encoding.LOSSLESS
    return encode(decoded.picture, "WEBP", **SHARP), Encoding.SHARP


def has_few_colours(picture: Image.Image) -> bool:
    """Return True of drawings, screenshots and small pictures, False of most photos."""
    if picture.width <= SAMPLE[0] and picture.height <= SAMPLE[1]:
        return True
    sample = picture.resize(SAMPLE, Image.Resampling.NEAREST)
    return sample.getcolors(SAMPLE_COLOURS) is not None


def encode(picture: Image.Image, format: str, **options: Any) -> bytes:
    """Return an RGB or RGBA picture in one of Pillow's formats, without metadata."""
    out = BytesIO()
    without_metadata(picture).save(out, format, **options)
    return out.getvalue()


def encode_animation(animation: Animation, is_drawn: bool, upload_bytes: int) -> bytes:
    """Return an animated WebP file; a drawn one is lossless if that takes less than the upload."""
    if not is_drawn:
        return encode_frames(animation, **LOSSY_FRAMES)
    lossless = encode_frames(animation, **LOSSLESS_FRAMES)
    if len(lossless) <= upload_bytes:
        return lossless
    return min(lossless, encode_frames(animation, **LOSSY_FRAMES), key=len)


def encode_frames(animation: Animation, **options: Any) -> bytes:
    """Return an animated WebP file without metadata."""
    transparent = any(frame.mode == "RGBA" for frame in animation.frames)
    mode = "RGBA" if transparent else "RGB"
    first, *rest = [without_metadata(frame.convert(mode)) for frame in animation.frames]
    return encode(
        first,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=animation.durations,
        loop=animation.loop,
        **options,
    )


def without_metadata(picture: Image.Image) -> Image.Image:
    """Return a copy: comments and profiles stay behind in the old image."""
    copy = Image.new(picture.mode, picture.size)
    copy.paste(picture)
    return copy
