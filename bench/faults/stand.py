"""What every fault stands on: a site of its own with posts, and a stand-in for Akismet."""

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import django

from bench import site
from bench.comments import interrupt
from bench.faults.processes import Site
from bench.faults.servers import Missing, Postgres, Redis
from bench.table import Table, say
from tests.support.fake_akismet import StandIn


@dataclass
class Stand:
    """All that a fault may touch; everything is thrown away after it."""

    folder: Path
    stand_in: StandIn
    site: Site
    slugs: list[str]
    password: str
    rows: ModuleType
    table: Table = field(default_factory=Table)
    postgres: Postgres | None = None
    redis: Redis | None = None


def main(title: str, fault: Callable[[Stand], None], data: Path | None = None) -> int:
    """Runs one fault and prints its table. Arguments: `postgres` and `redis` set it on those
    instead of SQLite alone; a path gets the rows of the table as JSON, too."""
    signal.signal(signal.SIGTERM, interrupt)
    with_postgres, with_redis = "postgres" in sys.argv, "redis" in sys.argv
    name = " + ".join([title, *(word for word in ("postgres", "redis") if word in sys.argv)])
    table = Table()
    try:
        with stood_up(with_postgres, with_redis, data) as stand:
            stand.table = table
            fault(stand)
    except Missing as missing:
        table.note("not run", missing)
    except KeyboardInterrupt:
        table.expect("interrupted", "not finished", False)
    say(f"\n{name}\n")
    table.print()
    for path in (Path(word) for word in sys.argv[1:] if word.endswith(".json")):
        path.write_text(json.dumps([(f"{name}: {row[0]}", *row[1:]) for row in table.rows]))
    return 1 if table.missed else 0


@contextlib.contextmanager
def stood_up(with_postgres: bool, with_redis: bool, data: Path | None) -> Iterator[Stand]:
    """A prepared site that does not run yet."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verdict-fault-")))
        stand_in = stack.enter_context(StandIn())
        postgres, redis = (
            Postgres(folder) if with_postgres else None,
            Redis() if with_redis else None,
        )
        if postgres:
            postgres.start()
            stack.callback(postgres.end)
        if redis:
            redis.start()
            stack.callback(redis.stop)
        site.START_SECONDS = 240.0  # nothing here asks how quickly it starts
        os.environ["DATABASE_URL"] = postgres.url if postgres else ""
        os.environ["REDIS_URL"] = redis.url if redis else ""
        address = site.configure(data or folder / "data", stand_in.url, stand_in.key)
        site.prepare()
        django.setup()
        # Here, because these read the models, and the models need the settings.
        from bench import stage
        from bench.faults import rows

        slugs, password = stage.build()
        running = Site(address, folder / "site.log")
        stack.callback(running.stop)
        yield Stand(
            folder, stand_in, running, slugs, password, rows, postgres=postgres, redis=redis
        )
