"""The moderators' search."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import moderation
from comments.models import Comment, Status

TEXT = "About Umbrellas and 傘の映画."


@pytest.fixture
def moderator(mo: Any, logged_in: Any) -> Any:
    return logged_in(mo)


@pytest.fixture
def comment(say: Any) -> Comment:
    """A comment after ten others in its tab."""
    for number in range(10):
        say(f"number {number}", status=Status.PENDING, email="r@example.com")
    return say(
        TEXT,
        status=Status.PENDING,
        name='50% "Q"',
        email="q_u@example.com",
        website="https://hats.example/",
        address="203.0.113.77",
    )


def results(moderator: Any, query: str, status: str = "pending") -> set[int]:
    page = moderator.get("/moderation/", {"q": query, "status": status})
    return {comment.pk for comment in page.context["comments"]}


@pytest.mark.parametrize(
    "query",
    [
        "umbrellas",
        "UMBRELLAS",
        "mbrella",
        "傘の映画",
        "映",
        "q_u@exa",
        "50%",
        "hats.example",
        "203.0.113.77",
    ],
)
def test_any_part_of_a_comment_is_found(moderator: Any, comment: Comment, query: str) -> None:
    assert results(moderator, query) == {comment.pk}
    assert results(moderator, query, "approved") == set()


@pytest.mark.usefixtures("comment")
@pytest.mark.parametrize("query", ["203.0.113.7", "umbrellaz", "qxu@exa", "brellas umb"])
def test_nothing_else_is_found(moderator: Any, query: str) -> None:
    assert results(moderator, query) == set()


def test_an_ipv6_address_is_found_however_it_is_written(moderator: Any, say: Any) -> None:
    comment = say("Hello.", address="2001:db8::7")
    assert results(moderator, "2001:0DB8:0:0::0007", "approved") == {comment.pk}


def test_results_come_in_the_order_of_the_tab(moderator: Any, say: Any) -> None:
    for number in range(60):
        say(f"umbrella {number}", status=Status.PENDING)
        say(f"umbrella {number}")
    page = moderator.get("/moderation/", {"q": "umbrella"})
    bodies = [comment.body for comment in page.context["comments"]]
    assert bodies == [f"umbrella {number}" for number in range(50)]
    page = moderator.get("/moderation/", {"q": "umbrella", "status": "approved", "page": "2"})
    bodies = [comment.body for comment in page.context["comments"]]
    assert bodies == [f"umbrella {number}" for number in range(9, -1, -1)]


def test_an_edited_comment_is_found_by_its_new_text(
    moderator: Any, comment: Comment, mo: Any
) -> None:
    moderation.edit(comment.pk, mo, name="Rita", website="", body="Parasols now.")
    assert results(moderator, "parasols") == {comment.pk}
    assert results(moderator, "umbrellas") == set()


def test_the_number_of_queries_does_not_grow_with_the_comments(moderator: Any, say: Any) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            moderator.get("/moderation/", {"q": "umbrella"})
        return len(queries)

    say(TEXT, status=Status.PENDING)
    with_few = number_of_queries()
    for number in range(300):
        say(f"number {number} with an umbrella", status=Status.PENDING)
    assert number_of_queries() == with_few


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such index")
@pytest.mark.django_db
def test_postgresql_can_answer_the_search_from_its_index() -> None:
    from comments.search import matching

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Comment.objects.filter(matching("umbrella")).explain()
    assert "comment_search" in plan
