"""What hostile pictures cost: `python -m bench.pictures`.

Each file is taken in, and its renditions made, in a process of its own, whose peak memory and time
count. Goals: 512 MB and 10 s for each file, a picture or a sentence, and no word of metadata in
anything that is written.
"""

import multiprocessing
import os
import resource
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.table import Table, say

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "images"
MOST_MB, MOST_SECONDS = 512, 10.0
METADATA = {"exif", "icc_profile", "xmp", "comment", "photoshop", "XML:com.adobe.xmp"}
WORDS = (b"<script", b"<?php", b"xmpmeta", b"ICC_PROFILE", b"Exif\0")
FORK = multiprocessing.get_context("fork")  # each begins with Django loaded


def png(width: int, height: int, bits: int, colour: int) -> bytes:
    """A small file of very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    line = bytes(1 + width * bits * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] // 8)
    at_once = max(1, 1_000_000 // len(line))
    pieces = [packer.compress(line * at_once) for _number in range(height // at_once)]
    packed = b"".join(pieces) + packer.compress(line * (height % at_once)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def largest(kind: str, pixels: int, **options: Any) -> bytes:
    """The largest picture of a kind that is still taken."""
    from PIL import Image

    side = int(pixels**0.5)
    noise = Image.effect_noise((side // 8, side // 8), 90).resize((side, side))
    out = BytesIO()
    noise.convert("RGB").save(out, kind, **options)
    return out.getvalue()


MADE: dict[str, Callable[[], bytes]] = {
    "a PNG of 25 million pixels of 16 bits": lambda: png(5000, 5000, 16, 6),
    "a PNG of 25 million pixels": lambda: png(5000, 5000, 8, 6),
    "a PNG of the longest lines": lambda: png(65_535, 381, 8, 6),
    "a PNG of the longest columns": lambda: png(381, 65_535, 8, 6),
    "a PNG of one line": lambda: png(25_000_000, 1, 8, 6),
    "a PNG of one column": lambda: png(1, 25_000_000, 8, 6),
    "a JPEG of 50 million pixels": lambda: largest("JPEG", 50_000_000),
    "a progressive JPEG of 50 million pixels": lambda: largest(
        "JPEG", 50_000_000, progressive=True
    ),
    "an AVIF of 25 million pixels": lambda: largest("AVIF", 25_000_000, speed=10),
    "a WebP of 25 million pixels": lambda: largest("WEBP", 25_000_000, method=0),
}
"""The heaviest that the limits let through."""


def main() -> int:
    """All files, the worst of them in the table."""
    if not FOLDER.is_dir():
        say("The pictures of ../shared/data/images are not here: only the made ones are tried.")
    results = [tried(path.name, path) for path in sorted(FOLDER.rglob("*.*"))]
    with tempfile.NamedTemporaryFile() as file:
        for name, make in MADE.items():
            maker = FORK.Process(target=lambda: Path(file.name).write_bytes(make()))  # noqa: B023
            maker.start()  # so that its memory is not counted as the next one's
            maker.join()
            results.append(tried(name, Path(file.name)))
    table = Table()
    table.note("files", len(results))
    table.note("of these taken, the rest refused in a sentence", sum(one.taken for one in results))
    slowest, heaviest = max(results, key=lambda one: one.seconds), max(results, key=lambda o: o.mb)
    met = slowest.seconds < MOST_SECONDS
    table.expect(f"processor time of the slowest: {slowest.name}", f"{slowest.seconds:.1f} s", met)
    met = heaviest.mb < MOST_MB
    table.expect(f"memory for the heaviest: {heaviest.name}", f"{heaviest.mb} MB", met)
    wrong = [f"{one.name}: {one.wrong}" for one in results if one.wrong]
    table.expect("neither a clean picture nor a sentence", len(wrong), not wrong)
    say("\n".join(wrong))
    table.print()
    return 1 if table.missed else 0


@dataclass
class Tried:
    """What came of one file. `wrong` is "" where it is a clean picture or a sentence."""

    name: str
    taken: bool = False
    wrong: str = "its process died"
    seconds: float = 0.0
    mb: int = 0


def tried(name: str, path: Path) -> Tried:
    """One file, in a process of its own."""
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=child, args=(there, name, path))
    process.start()
    there.close()
    try:
        result: Tried = here.recv()
    except EOFError:
        result = Tried(name)
    process.join()
    return result


def child(answer: Any, name: str, path: Path) -> None:
    """Takes one file in as the site does, and sends what came of it."""
    try:
        taken, wrong = take(BytesIO(path.read_bytes()))
    except Exception as error:  # noqa: BLE001  (this is what is looked for)
        taken, wrong = False, repr(error)
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer.send(Tried(name, taken, wrong, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024))


def take(upload: BytesIO) -> tuple[bool, str]:
    """Whether it is taken, and what is wrong with what is written or said."""
    from django.core.exceptions import ValidationError

    from blog.images import processing, renditions
    from blog.models import Format, Picture

    try:
        clean = processing.reencode(upload).read()
    except ValidationError as refusal:
        return False, "" if str(refusal.messages[0]).endswith(".") else "no sentence"
    written = [clean]
    upload.seek(0)
    pixels = processing.decode(upload)
    picture = Picture(width=pixels.width, height=pixels.height)
    for format, width in renditions.wanted_renditions(picture):
        height = max(1, round(pixels.height * width / pixels.width))
        small = pixels.resize((width, height))
        small = renditions.on_white(small) if format == Format.JPEG else small
        written.append(processing.encode(small, format, **renditions.OPTIONS[format]))
    return True, "; ".join(filter(None, map(found, written)))


def found(data: bytes) -> str:
    """The metadata in a file that was written."""
    from PIL import Image

    kept = [*METADATA & set(Image.open(BytesIO(data)).info), *(w for w in WORDS if w in data)]
    return f"it keeps {kept}" if kept else ""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    sys.exit(main())
