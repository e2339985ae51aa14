"""Real comments to send, with what a person said about each: ham or spam.

The data lies beside the project and is no part of it; `../shared/data/README.md` describes it.
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
    """One comment as somebody once sent it. No corpus keeps the e-mail address."""

    name: str
    website: str
    body: str
    is_spam: bool


def read() -> list[Sample]:
    """All samples, ham and spam mixed, in the same order each time; none without the data."""
    samples = [*youtube(), *wordpress()] if FOLDER.is_dir() else []
    return sorted(samples, key=digest)


def digest(sample: Sample) -> str:
    """What mixes them: it depends on nothing but the text itself."""
    return hashlib.sha256(f"{sample.name}\0{sample.body}".encode()).hexdigest()


def youtube() -> Iterator[Sample]:
    for file in sorted(FOLDER.glob(YOUTUBE)):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield Sample(row["AUTHOR"], "", row["CONTENT"], row["CLASS"] == "1")


def wordpress() -> Iterator[Sample]:
    for file in JSON_LINES:
        for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Sample(row["author"], row["url"], row["text"], row["label"] == "spam")
