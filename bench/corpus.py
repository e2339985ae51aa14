"""Real comments that people labelled as ham or spam.

The data is not part of the project; `../shared/data/README.md` describes it.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "comments"
YOUTUBE = "youtube_uci/*.csv"
JSON_LINES = ("wordpress_spam_sidtuli/first_half.jsonl", "blog_ham_made_mistakes/comments.jsonl")


@dataclass(frozen=True)
class Sample:
    """A comment that somebody sent to another site."""

    name: str
    website: str
    body: str
    is_spam: bool


def read_samples() -> list[Sample]:
    """Return all samples, ham and spam mixed, always in the same order; [] without the data."""
    samples = [*youtube_samples(), *wordpress_samples()] if FOLDER.is_dir() else []
    return sorted(samples, key=digest)


def digest(sample: Sample) -> str:
    """Return a hash of the text, by which the samples are shuffled."""
    return hashlib.sha256(f"{sample.name}\0{sample.body}".encode()).hexdigest()


def youtube_samples() -> Iterator[Sample]:
    """Yield the samples from YouTube."""
    for path in sorted(FOLDER.glob(YOUTUBE)):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield Sample(row["AUTHOR"], "", row["CONTENT"], row["CLASS"] == "1")


def wordpress_samples() -> Iterator[Sample]:
    """Yield the samples from blogs."""
    for name in JSON_LINES:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Sample(row["author"], row["url"], row["text"], row["label"] == "spam")
