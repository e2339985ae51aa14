"""The version of all cached pages, and values that are cached per version."""

from collections.abc import Callable

import pytest
from django.db import transaction

from pagecache.version import cached_per_version, current_version, invalidate_pages, rendering

Count = Callable[[], int]


@pytest.fixture
def count() -> Count:
    """Return a function, cached per version, that returns how often it has been called."""
    calls: list[None] = []

    @cached_per_version
    def counted() -> int:
        calls.append(None)
        return len(calls)

    return counted


def test_a_value_is_cached_while_pages_of_one_version_are_rendered(count: Count) -> None:
    with rendering("a"):
        assert [count(), count()] == [1, 1]
    with rendering("a"):
        assert count() == 1


def test_a_new_version_discards_the_value(count: Count) -> None:
    with rendering("a"):
        assert count() == 1
    with rendering("b"):
        assert [count(), count()] == [2, 2]


def test_nothing_is_cached_outside_of_a_rendering(count: Count) -> None:
    assert [count(), count()] == [1, 2]
    with rendering("a"):
        assert count() == 3
    assert count() == 4


def test_nothing_is_cached_without_a_version(count: Count) -> None:
    with rendering(None):
        assert [count(), count()] == [1, 2]


def test_an_exception_is_not_cached() -> None:
    answers = [ValueError("away"), 7]

    @cached_per_version
    def fails_once() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with rendering("a"):
        with pytest.raises(ValueError, match="away"):
            fails_once()
        assert fails_once() == 7


@pytest.mark.django_db
def test_each_change_writes_a_new_version() -> None:
    versions = []
    for _number in range(3):
        with transaction.atomic():
            invalidate_pages()
        versions.append(current_version())
    assert len(set(versions)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_keeps_the_version() -> None:
    with transaction.atomic():
        invalidate_pages()
    before = current_version()
    with transaction.atomic():
        invalidate_pages()
        assert current_version() != before
        transaction.set_rollback(True)
    assert current_version() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        invalidate_pages()
