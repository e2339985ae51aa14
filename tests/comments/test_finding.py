"""The moderators' search, by what the index names and by what stands in no index yet."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import found, moderation, retention, search
from comments.models import Comment, Status

HELD = "About Umbrellas and 傘の映画."


@pytest.fixture(autouse=True)
def _nothing_indexed(db: None) -> None:
    """What a worker indexed in a test before is still there: Django empties only its own tables."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM comments_found")


@pytest.fixture
def desk(mo: Any, logged_in: Any) -> Any:
    return logged_in(mo)


@pytest.fixture
def _not_far(monkeypatch: Any) -> None:
    """So few comments of a tab are looked through that the index must be asked."""
    monkeypatch.setattr(search, "REACHES", (2, 3, 4))
    monkeypatch.setattr(search, "MOST_KEYS", 3)


def index() -> None:
    found.drain(threading.Event())


def of_many(say: Any, **values: Any) -> Comment:
    """A comment behind ten others in its tab."""
    for number in range(10):
        say(f"number {number}", status=Status.PENDING, email="r@example.com")
    return say(HELD, status=Status.PENDING, **values)


def shown(desk: Any, query: str, status: str = "pending") -> set[int]:
    page = desk.get("/moderation/", {"q": query, "status": status})
    return {case.pk for case in page.context["cases"]}


@pytest.mark.usefixtures("_not_far")
@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "umbrellas",
        "UMBRELLAS",
        "mbrella",
        "傘の映画",
        "映画",
        "映",
        "q_u@exa",
        "50%",
        "203.0.113.77",
    ],
)
def test_any_part_is_found_behind_many_others(
    desk: Any, say: Any, query: str, indexed: bool
) -> None:
    comment = of_many(say, name='50% "Q"', email="q_u@example.com", address="203.0.113.77")
    if indexed:
        index()
    assert shown(desk, query) == {comment.pk}
    assert shown(desk, query, "approved") == set()


@pytest.mark.usefixtures("_not_far")
@pytest.mark.parametrize("query", ["203.0.113.7", "umbrellaz", "qxu@exa", "brellas umb", '"', "%"])
def test_nothing_else_is_found(desk: Any, say: Any, query: str) -> None:
    of_many(say, email="q_u@example.com", address="203.0.113.77")
    index()
    assert shown(desk, query) == set()


@pytest.mark.usefixtures("_not_far")
def test_what_many_hold_comes_in_the_order_of_the_tab(desk: Any, say: Any) -> None:
    for number in range(60):
        say(f"umbrella {number}", status=Status.PENDING)
        say(f"umbrella {number}")
    index()
    page = desk.get("/moderation/", {"q": "umbrella"})
    assert [case.body for case in page.context["cases"]] == [f"umbrella {n}" for n in range(50)]
    page = desk.get("/moderation/", {"q": "umbrella", "status": "approved", "page": "2"})
    assert [case.body for case in page.context["cases"]] == [
        f"umbrella {n}" for n in range(9, -1, -1)
    ]


@pytest.mark.usefixtures("_not_far")
def test_a_corrected_text_is_found_by_its_new_words_at_once(desk: Any, say: Any, mo: Any) -> None:
    comment = of_many(say)
    index()
    moderation.edit(comment.pk, mo, name="Rita", website="", body="Parasols now.")
    assert shown(desk, "parasols") == {comment.pk}
    assert shown(desk, "umbrellas") == set()


def texts() -> list[str]:
    return [text for (text,) in search.rows("SELECT text FROM comments_found")]


def test_what_was_deleted_is_in_no_index_after_the_next_purge(say: Any) -> None:
    comment = say(HELD)
    index()
    assert any(HELD in text for text in texts())
    comment.delete()
    retention.purge()
    assert not any(HELD in text for text in texts())


def test_what_the_index_has_missed_is_in_it_after_the_next_purge(say: Any) -> None:
    comment = say(HELD)
    say("A later one.")
    index()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM comments_found WHERE rowid = %s", [comment.pk])
    retention.purge()
    assert any(HELD in text for text in texts())


def test_a_search_takes_as_many_queries_among_many_as_among_few(desk: Any, say: Any) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.get("/moderation/", {"q": "umbrella"})
        return len(seen)

    say(HELD, status=Status.PENDING)
    index()
    few = asked()
    for number in range(300):
        say(f"number {number}", status=Status.PENDING)
    index()
    assert asked() <= few + 2  # the index, and the keys that it named
