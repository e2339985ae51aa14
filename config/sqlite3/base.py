"""Who waits for SQLite's write lock looks again each millisecond.

SQLite itself sleeps longer and longer, up to a tenth of a second, while others who have just come
take the lock: of eight writers at once, one in a hundred waited 1.5 s. A transaction of ours holds
it for a few milliseconds.
"""

import random
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PAUSE = 0.001  # seconds, on average: writers shall not look all at the same moment


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins transactions as soon as the lock is free; "database is locked" after `timeout`."""

    def _start_transaction_under_autocommit(self) -> None:
        until = time.monotonic() + self.settings_dict["OPTIONS"]["timeout"]
        self.wait_for_locks(0)
        try:
            while not self.begin(is_last=time.monotonic() > until):
                time.sleep(random.uniform(0, 2 * PAUSE))  # noqa: S311  (no secret)
        finally:
            self.wait_for_locks(self.settings_dict["OPTIONS"]["timeout"])

    def begin(self, *, is_last: bool) -> bool:
        """Begins a transaction if nobody is in one; the last time it raises OperationalError."""
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if is_last or "locked" not in str(error):
                raise
            return False
        return True

    def wait_for_locks(self, seconds: float) -> None:
        """How long SQLite's own waiting lasts, also within the transaction (a checkpoint, say)."""
        connection: Any = self.connection
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
