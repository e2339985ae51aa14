"""The present generation of kept pages, looked for with each one that is sent.

By the driver itself: Django's cursor would take four times as long. And not at all while nobody has
written to SQLite since the last look: what costs is less the question than Python's lock, which it
gives away at each step and takes back from a thread that sends another page.
"""

import mmap
import os
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.signals import connection_created

READ = "SELECT token FROM blog_generation WHERE id = 1"
# The index of SQLite's log begins with two copies of a header that every commit of every process
# changes before it is over (https://www.sqlite.org/walformat.html#the_wal_index_file_format).
HEADERS = 96  # bytes


class View:
    """The index as it could be seen since somebody of this process last opened the database."""

    def __init__(self, index: mmap.mmap) -> None:
        self.index = index

    def headers(self) -> bytes:
        return self.index[:HEADERS]


class Known(NamedTuple):
    """A generation that was read, and the headers in a view from just before."""

    view: View
    headers: bytes
    token: str


# SQLite replaces or cuts the file only while nobody has the database open, so it is looked at by
# who has, and looked up anew whenever somebody opens it. It is never closed: that would take from
# SQLite the locks that this process holds on it (https://www.sqlite.org/howtocorrupt.html).
opened: dict[tuple[int, int], mmap.mmap] = {}  # by device and inode
current: View | None = None
known: Known | None = None


def look_up(file: str) -> View | None:
    """A view of the index that is there now; without one, each look goes to the database."""
    try:
        found = os.stat(file)
        place = found.st_dev, found.st_ino
        if place not in opened:
            opened[place] = mmap.mmap(os.open(file, os.O_RDONLY), HEADERS, prot=mmap.PROT_READ)
    except (OSError, ValueError):
        return None
    return View(opened[place])


def on_connection(sender: Any, connection: Any, **_: Any) -> None:
    """Somebody has opened the database: perhaps nobody had for a moment."""
    global current
    if connection.vendor == "sqlite" and connection.alias == DEFAULT_DB_ALIAS:
        current = None  # until it is sure: only who has read something keeps the file where it is
        connection.connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        current = look_up(f"{connection.settings_dict['NAME']}-shm")


connection_created.connect(on_connection)


def generation() -> str | None:
    """The present generation; None while there is none or the database does not answer."""
    global known
    database, view, before = connections[DEFAULT_DB_ALIAS], current, known
    # Within a transaction it may be what nobody else sees yet.
    if view is None or database.connection is None or database.in_atomic_block:
        return read(database)
    headers = view.headers()
    if before and before.view is view and before.headers == headers:
        return before.token
    token = read(database)
    known = Known(view, headers, token) if token else None
    return token


def read(database: Any) -> str | None:
    """The generation as it stands in the database."""
    for _attempt in range(2):
        try:
            with database.wrap_database_errors:
                if database.connection is None:
                    database.connect()
                row = database.connection.execute(READ).fetchone()
        except DatabaseError:
            database.close()  # the server may have gone and come back: once more, anew
        else:
            return row[0] if row else None
    return None
