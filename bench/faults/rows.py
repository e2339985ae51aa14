"""What the database says afterwards. Imported once the settings are there."""

import time
from collections import Counter

from django.db import close_old_connections, connection

from bench import stage
from bench.table import Table
from comments.models import Comment, Event, Status

CHECKED_SECONDS = 180.0


def kept(table: Table, taken: set[int]) -> None:
    """Every comment that was answered with 303 is there, and each only once."""
    close_old_connections()
    names = Counter(Comment.objects.values_list("name", flat=True))
    lost = sum(f"Reader {number}" not in names for number in taken)
    doubled = sum(number > 1 for number in names.values())
    table.expect(f"lost of {len(taken)} taken comments", lost, lost == 0)
    table.expect(f"doubled of {len(names)} stored comments", doubled, doubled == 0)


def clean(table: Table) -> None:
    """The database itself is whole."""
    close_old_connections()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said = cursor.fetchall()
            cursor.execute("PRAGMA foreign_key_check")
            said += cursor.fetchall()
        table.expect("integrity_check, foreign_key_check", said, said == [("ok",)])


def checked(table: Table, seconds: float = CHECKED_SECONDS) -> None:
    """Nothing still waits for the spam check, and nothing is published by it."""
    waiting = stage.checking()
    took = stage.wait(lambda: not stage.checking(), seconds)
    figure = f"{stage.checking()} left" if took is None else f"{took:.1f} s"
    table.expect(f"until {waiting} were checked", figure, took is not None)
    published = len(stage.ids(status=Status.APPROVED))
    table.expect("published by nobody", published, published == 0)


def consistent(table: Table) -> None:
    """Each comment's events lead from its first status to its last, step by step."""
    close_old_connections()
    status = dict(Comment.objects.values_list("pk", "status"))
    at: dict[int, str] = {}
    broken = 0
    events = Event.objects.order_by("comment_id", "id")
    for pk, before, after in events.values_list("comment_id", "status_from", "status_to"):
        broken += before != at.get(pk, "")
        at[pk] = after
    broken += sum(at.get(pk) != now for pk, now in status.items())
    table.expect("comments whose events do not lead to their status", broken, broken == 0)


def wait_for_rows(number: int, seconds: float) -> None:
    """Until so many comments are stored."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and len(stage.ids()) < number:
        time.sleep(0.1)
