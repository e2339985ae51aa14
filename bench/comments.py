"""Real comments through the running site: `python -m bench.comments`.

Starts a site of its own and a stand-in for Akismet that answers as people labelled the comments,
sends them all through the form, and checks what the site promises on the way.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

import django

from bench import corpus, site
from bench.reader import Readers, Submission
from bench.table import Table, say
from tests.support.fake_akismet import Mode, StandIn

DURING_OUTAGE = 50


def main() -> int:
    """Returns 0 if every goal was met, or if there is nothing to measure with."""
    signal.signal(signal.SIGTERM, interrupt)
    samples = corpus.read()
    if not samples:
        say(f"Not run: the data is missing ({os.path.relpath(corpus.FOLDER)}).")
        return 0
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder, StandIn() as stand_in:
        address = site.configure(Path(folder), stand_in.url, stand_in.key)
        site.prepare()
        django.setup()
        return measure(address, stand_in, samples, Path(folder) / "site.log")


def measure(address: str, stand_in: StandIn, samples: list[corpus.Sample], log: Path) -> int:
    """Both runs on a prepared site, and their table."""
    # Here, because the models need the settings, and these the stand-in's address.
    from bench import course, outage, stage
    from bench.moderator import Moderator

    if not stage.is_empty():
        say("Not run: DATABASE_URL names a database that holds a site. It must be an empty one.")
        return 1
    slugs, password = stage.build()
    everything = [
        Submission(sample, slugs[number % len(slugs)], number)
        for number, sample in enumerate(samples)
    ]
    labels = {one.address: Mode.SPAM if one.sample.is_spam else Mode.HAM for one in everything}

    def by_label(fields: dict[str, str]) -> Mode:
        return labels[fields["user_ip"]]

    stand_in.answer, table, start = by_label, Table(), time.monotonic()
    with site.serving(address, log):
        readers, moderator = Readers(address), Moderator(address, stage.MODERATOR, password)
        many, few = everything[:-DURING_OUTAGE], everything[-DURING_OUTAGE:]
        course.run(readers, moderator, stand_in, many, slugs, table)
        outage.run(readers, stand_in, by_label, few, slugs, table)
    table.print()
    say(f"{time.monotonic() - start:.0f} s, {os.cpu_count()} cores, goals missed: {table.missed}")
    if table.missed:
        say(f"The site's last words:\n{log.read_text()[-3000:]}")
    return 1 if table.missed else 0


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends like Ctrl-C: through every context, so that no process stays."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
