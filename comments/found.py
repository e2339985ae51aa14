"""What the moderators' search asks is kept up to date: new comments by the worker, some at a time;
changes in their own transaction; deletions, and whatever else was missed, once a day."""

import threading
from collections.abc import Iterable

from django.db import connection, transaction

from comments.search import IS_SQLITE, LAST, TEXT, rows

AT_ONCE = 50  # comments a transaction: SQLite takes about 10 ms to index them
PAUSE = 0.02  # seconds between two: others want to write, too
# Two workers may meet at it; on SQLite one writes after the other.
UNLESS_THERE = "" if IS_SQLITE else "ON CONFLICT DO NOTHING"
INSERT = f"INSERT INTO comments_found (rowid, text) SELECT id, {TEXT} FROM comments_comment"


def drain(stopping: threading.Event) -> None:
    """Indexes what came since, until nothing is left or `stopping` is set."""
    while is_behind() and not stopping.is_set():
        index(AT_ONCE)
        stopping.wait(PAUSE)


def is_behind() -> bool:
    """Whether comments came since the last one that is indexed: a look without the write lock."""
    return bool(rows(f"SELECT EXISTS (SELECT 1 FROM comments_comment WHERE id > {LAST})")[0][0])


def index(at_most: int) -> None:
    """Indexes the oldest of the comments that came since."""
    with connection.cursor() as cursor:
        query = f"{INSERT} WHERE id > {LAST} ORDER BY id LIMIT %s {UNLESS_THERE}"
        cursor.execute(query, [at_most])


def changed(ids: Iterable[int]) -> None:
    """Indexes changed texts anew. Belongs in the transaction of the change."""
    now = f"(SELECT {TEXT} FROM comments_comment WHERE id = comments_found.rowid)"
    with connection.cursor() as cursor:
        for pk in ids:
            cursor.execute(f"UPDATE comments_found SET text = {now} WHERE rowid = %s", [pk])


def put_right(stopping: threading.Event) -> None:
    """Takes out what was said in deleted comments, and indexes any that was missed."""
    known, all_of_them = "SELECT rowid FROM comments_found", "SELECT id FROM comments_comment"
    forget = "DELETE FROM comments_found WHERE rowid = %s"
    add = f"{INSERT} WHERE id = %s {UNLESS_THERE}"
    missed = f"{all_of_them} WHERE id <= {LAST} EXCEPT {known}"
    for what, found in ((forget, f"{known} EXCEPT {all_of_them}"), (add, missed)):
        keys = rows(found)
        for first in range(0, len(keys), AT_ONCE):
            if stopping.is_set():
                return
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(what, keys[first : first + AT_ONCE])
            stopping.wait(PAUSE)
