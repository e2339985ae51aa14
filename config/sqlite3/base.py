"""Who waits for SQLite's write lock looks again some three times a millisecond.

SQLite itself sleeps longer and longer, up to a tenth of a second, while others who have just come
take the lock: of eight writers at once, one in a hundred waited 1.5 s. Who takes a comment holds it
for a millisecond or less. The threads of one process queue up before they look at all: the one that
writes would otherwise be kept from it by those that ask whether it is done.
"""

import contextlib
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations

# Seconds, on average: writers shall not look all at the same moment. A third of the time in which a
# comment is taken; with three times as much nobody wrote for a fourth of the time.
PAUSE = 0.0003

turn = threading.Lock()  # held by the thread of this process that writes


class Operations(DatabaseOperations):
    """Reads a moment in a fifth of Django's time: a page with a hundred comments has as many."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The moment (aware) that the driver read from a column; all are written in UTC."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)


class Cursor(base.SQLiteCursorWrapper):
    """Remembers how statements are written for SQLite: they are the same again and again."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """The statement with SQLite's marks for its values."""
        if param_names is None:
            return marked(query)
        return super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=300)
def marked(query: str) -> str:
    """A statement with ? for each %s, as Django makes it with each asking."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins transactions as soon as the lock is free; "database is locked" after `timeout`."""

    ops_class = Operations
    has_turn = False

    def create_cursor(self, name: str | None = None) -> Cursor:
        """A cursor of ours; `name` is of no use to SQLite."""
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        until = time.monotonic() + self.settings_dict["OPTIONS"]["timeout"]
        # One that waited in vain looks for the lock all the same: it alone decides who writes.
        self.has_turn = turn.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"])
        try:
            self.begin_until(until)
        except BaseException:
            self.give_turn()
            raise

    def begin_until(self, until: float) -> None:
        """Begins a transaction, waiting for the lock; OperationalError after `until`."""
        self.wait_for_locks(0)
        try:
            while not self.begin():
                if time.monotonic() > until:
                    return super()._start_transaction_under_autocommit()  # type: ignore[misc]
                time.sleep(random.uniform(0, 2 * PAUSE))  # noqa: S311  (no secret)
        finally:
            self.wait_for_locks(self.settings_dict["OPTIONS"]["timeout"])
        return None

    def begin(self) -> bool:
        """Begins a transaction if it can be done now.

        By the driver itself: each refusal by way of Django would leave a cursor in a traceback, to
        be collected by another thread. That thread would wait for this one's connection, perhaps
        with the very lock that this one waits for.
        """
        connection: Any = self.connection
        try:
            connection.execute(f"BEGIN {self.transaction_mode}")  # type: ignore[attr-defined]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # in Django's words
        return True

    def wait_for_locks(self, seconds: float) -> None:
        """How long SQLite's own waiting lasts, also within the transaction (a checkpoint, say)."""
        connection: Any = self.connection
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")

    def give_turn(self) -> None:
        """Lets the next thread write, if it was this one's turn."""
        if self.has_turn:
            self.has_turn = False
            turn.release()

    @contextlib.contextmanager
    def last_of_turn(self) -> Iterator[None]:
        """What ends a transaction ends the turn, whatever comes of it."""
        try:
            yield
        finally:
            self.give_turn()

    def _commit(self) -> None:
        with self.last_of_turn():
            super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        with self.last_of_turn():
            super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        with self.last_of_turn():
            super()._close()  # type: ignore[misc]
