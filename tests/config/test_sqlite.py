"""Waiting for SQLite's write lock."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from blog.models import Tag

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for all"),
]


@pytest.fixture
def other() -> Iterator[sqlite3.Connection]:
    """Another process's connection, in the middle of writing."""
    file = connection.settings_dict["NAME"]
    with sqlite3.connect(file, check_same_thread=False, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
    other.close()


def test_a_writer_waits_until_the_other_one_is_done(other: sqlite3.Connection) -> None:
    free = threading.Timer(0.5, lambda: other.execute("COMMIT"))
    free.start()
    with transaction.atomic():
        Tag.objects.create(name="rain", slug="rain")
    free.join()
    assert Tag.objects.count() == 1


def test_after_its_time_a_writer_gives_up_and_can_write_later(
    other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        Tag.objects.create(name="rain", slug="rain")
    other.execute("COMMIT")
    with transaction.atomic():
        Tag.objects.create(name="rain", slug="rain")
    assert Tag.objects.count() == 1


def test_many_writers_at_once_all_get_their_turn(db: None) -> None:
    failed: list[Any] = []

    def write(number: int) -> None:
        try:
            for turn in range(10):
                with transaction.atomic():
                    Tag.objects.create(name=f"{number}-{turn}", slug=f"{number}-{turn}")
                    time.sleep(0.001)
        except OperationalError as error:
            failed.append(error)
        connection.close()

    writers = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert Tag.objects.count() == 80
