"""Looking for the present generation: nobody is asked in vain, and no change is overlooked."""

import sqlite3
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from pagecache import version as generations
from pagecache.version import current_version, invalidate_pages

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite's log can be looked at"),
]


@pytest.fixture
def first() -> str:
    """The generation that is there, looked for twice: from now on it is known."""
    with transaction.atomic():
        invalidate_pages()
    current_version()
    return str(current_version())


@pytest.fixture
def other() -> Iterator[sqlite3.Connection]:
    """Another process's connection."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    yield other
    other.close()


def test_the_database_is_not_asked_while_nobody_writes(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "READ", "SELECT token FROM a_table_that_is_gone")
    assert current_version() == first


def test_each_change_by_another_process_is_seen_at_once(
    first: str, other: sqlite3.Connection
) -> None:
    for number in range(300):
        other.execute("UPDATE blog_generation SET token = ?", [f"number {number}"])
        assert current_version() == f"number {number}"
        if number % 100 == 0:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert current_version() == f"number {number}"


def test_a_transaction_sees_its_own_change_and_nobody_after_it_was_undone(first: str) -> None:
    with transaction.atomic():
        invalidate_pages()
        assert current_version() != first
        transaction.set_rollback(True)
    assert current_version() == first


def test_a_change_is_seen_that_was_made_while_nobody_else_had_the_database_open(
    first: str,
) -> None:
    for number in range(3):
        connection.close()  # the last one: SQLite deletes its log
        alone = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        alone.execute("UPDATE blog_generation SET token = ?", [f"number {number}"])
        alone.close()
        assert current_version() == f"number {number}"
        assert current_version() == f"number {number}"
