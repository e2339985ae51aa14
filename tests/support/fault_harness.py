"""A site of its own for tests that break something under it: as hosted, observed from outside."""

import contextlib
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.support.database_servers import PostgreSQLServer, RedisServer
from tests.support.fake_akismet import StandIn
from tests.support.moderator_client import ModeratorClient
from tests.support.processes import command_line, descendants, kill, kill_tree
from tests.support.site_cluster import Cluster, free_port, until

SLUGS = [f"review-{number}" for number in range(1, 9)]
OWNER, PASSWORD = "owner", "written at night"
SEED = f"""
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from blog.models import Post
owner = get_user_model().objects.create_superuser("{OWNER}", password="{PASSWORD}")
days = dict.fromkeys({SLUGS}, -1) | {{"next-month": 30}}
for slug, day in days.items():
    published_at = timezone.now() + timedelta(days=day)
    Post.objects.create(title=f"Post {{slug}}", slug=slug, author=owner, body="Seen.",
                        spoiler_level="none", published_at=published_at)
"""
START_SECONDS = 240.0  # the machine may be busy; no fault is about how quickly the site starts
STOP_SECONDS = 40.0  # `serve` gives its parts 25 s
CHECK_SECONDS = 180.0


class FaultSite:
    """A prepared site with eight posts, one scheduled post and an owner; not running yet."""

    def __init__(
        self,
        folder: Path,
        akismet: StandIn,
        postgresql: PostgreSQLServer | None = None,
        redis: RedisServer | None = None,
    ) -> None:
        self.folder, self.postgresql, self.port = folder, postgresql, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.cluster = Cluster(
            folder,
            PORT=str(self.port),
            SITE_URL=self.url,
            DATABASE_URL=postgresql.url if postgresql else "",
            REDIS_URL=redis.url if redis else "",
            AKISMET_API_KEY=akismet.key,
            AKISMET_API_URL=akismet.url,
        )
        self.cluster.manage("migrate", "-v0")
        self.cluster.manage("collectstatic", "--noinput", "-v0")
        self.cluster.manage("shell", "-v0", "-c", SEED)

    def start(self, command: str = "serve", **variables: str) -> None:
        """Start `manage.py serve` or `web` with further variables, and wait until it is ready."""
        self.process = self.cluster.start(command, **variables)
        until(self.is_ready, START_SECONDS)

    def is_ready(self) -> bool:
        """Return True if /readyz answers 200."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        return False

    def stop(self) -> None:
        """Stop the site as its owner does, and kill whatever is left after that."""
        if self.process:
            everything = [self.process.pid, *descendants(self.process.pid)]
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
            for pid in everything:
                kill(pid)
            self.process = None
        self.cluster.stop()

    def kill(self) -> None:
        """Kill all processes of the site."""
        assert self.process
        kill_tree(self.process.pid)
        self.process.wait()

    def part(self, command: str) -> list[int]:
        """Return the ids of the processes of `manage.py web` or `worker`.

        The process that the web server's own processes descend from comes first.
        """
        assert self.process
        pids = descendants(self.process.pid)
        return sorted(pid for pid in pids if f"manage.py {command}" in command_line(pid))

    def log_in(self) -> ModeratorClient:
        """Return a client with the owner's session."""
        return ModeratorClient(self.url, OWNER, PASSWORD)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, asked without Django on a connection of its own."""
        if self.postgresql:
            with psycopg.connect(self.postgresql.url) as connection:
                return connection.execute(sql.encode()).fetchall()
        path = self.folder / "verdict.sqlite3"
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
            return database.execute(sql).fetchall()

    def count(self, status: str) -> int:
        """Return how many comments have a status."""
        sql = f"SELECT COUNT(*) FROM comments_comment WHERE status = '{status}'"  # noqa: S608  (a word of this test)
        return int(self.query(sql)[0][0])

    def assert_comments_are_intact(
        self, accepted: set[int], seconds: float = CHECK_SECONDS
    ) -> None:
        """Assert that the accepted comments are stored once, get checked within `seconds`, and are
        not published, and that the events of each lead to its status."""
        names = Counter(name for (name,) in self.query("SELECT name FROM comments_comment"))
        assert accepted
        assert [number for number in accepted if f"Reader {number}" not in names] == []
        assert [name for name, times in names.items() if times > 1] == []
        until(lambda: self.count("checking") == 0, seconds)
        assert self.count("approved") == 0
        current = dict(self.query("SELECT id, status FROM comments_comment"))
        reached: dict[int, str] = {}
        columns = "comment_id, status_from, status_to"
        for pk, before, after in self.query(f"SELECT {columns} FROM comments_event ORDER BY id"):  # noqa: S608  (names of columns)
            assert before == reached.get(pk, "")
            reached[pk] = after
        assert reached == current

    def assert_database_is_intact(self) -> None:
        """Stop the site, and assert that the database finds no damage in its own files."""
        self.stop()
        if self.postgresql:
            self.postgresql.verify()
        else:
            assert self.query("PRAGMA integrity_check") == [("ok",)]
            assert self.query("PRAGMA foreign_key_check") == []


def wait_until(happened: Any, seconds: float) -> None:
    """Wait up to some seconds, and go on in either case."""
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.05)
