"""Who waits for SQLite's write lock looks again each millisecond.

SQLite itself sleeps longer and longer, up to a tenth of a second, while others who have just come
take the lock: of eight writers at once, one in a hundred waited 1.5 s. A transaction of ours holds
it for a few milliseconds.
"""

import random
import sqlite3
import time
from typing import Any

from django.db.backends.sqlite3 import base

PAUSE = 0.001  # seconds, on average: writers shall not look all at the same moment


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins transactions as soon as the lock is free; "database is locked" after `timeout`."""

    def _start_transaction_under_autocommit(self) -> None:
        until = time.monotonic() + self.settings_dict["OPTIONS"]["timeout"]
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
