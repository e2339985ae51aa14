"""Real comments that people labelled as ham or spam.

The data is not part of the project; `../shared/data/README.md` describes it.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "comments"
YOUTUBE = "youtube_uci/*.csv"
JSON_LINES = ("wordpress_spam_sidtuli/first_half.jsonl", "blog_ham_made_mistakes/comments.jsonl")
SMS = "sms_spam_collection/SMSSpamCollection.tsv"


class Sample(NamedTuple):
    """A comment that somebody sent to another site; `date` is ISO 8601 or empty."""

    name: str
    website: str
    body: str
    is_spam: bool
    date: str = ""
    email: str = ""


def read_samples() -> list[Sample]:
    """Return all samples, ham and spam mixed, always in the same order; [] without the data."""
    samples = [*youtube_samples(), *wordpress_samples()] if FOLDER.is_dir() else []
    return sorted(samples, key=digest)


def digest(sample: Sample) -> str:
    """Return a hash of the text, by which the samples are shuffled."""
    return hashlib.sha256(f"{sample.name}\0{sample.body}".encode()).hexdigest()


def youtube_samples() -> Iterator[Sample]:
    """Yield the samples from YouTube."""
    for video in youtube_videos():
        yield from video


def youtube_videos() -> Iterator[list[Sample]]:
    """Yield the samples under each video."""
    for path in sorted(FOLDER.glob(YOUTUBE)):
        with path.open(encoding="utf-8", newline="") as lines:
            yield [
                Sample(row["AUTHOR"], "", row["CONTENT"], row["CLASS"] == "1", row["DATE"])
                for row in csv.DictReader(lines)
            ]


def wordpress_samples() -> Iterator[Sample]:
    """Yield the samples from blogs."""
    for name in JSON_LINES:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Sample(
                row["author"], row["url"], row["text"], row["label"] == "spam", row["date"]
            )


def sms_samples() -> Iterator[Sample]:
    """Yield short messages, which have no date: in the order of the file."""
    with (FOLDER / SMS).open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(
            csv.DictReader(lines, dialect="excel-tab", quoting=csv.QUOTE_NONE)
        ):
            yield Sample("", "", row["SMS"], row["Label"] == "spam", f"{number:05}")
