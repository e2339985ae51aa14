"""Questions: what Django wrote once gives the same rows as what it writes each time."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from blog.models import Post, Work
from blog.questions import Question, insert
from comments.models import Comment


@Question
def by_slug(slug: str, now: datetime):
    return Post.objects.published(now).select_related("author", "work").filter(slug=slug)


@Question
def titles(keys: list[int], most: int):
    found = Post.objects.filter(pk__in=keys, score__lte=most).order_by("title")
    return found.values_list("title", flat=True)


@Question
def slice_of(author: int, *, first: int, size: int):
    found = Post.objects.filter(author=author).order_by("pk").values_list("pk", "published_at")
    return found[first : first + size]


@Question
def slugs_among(slugs: list[str]):
    return Post.objects.filter(slug__in=slugs).order_by("slug").values_list("slug", flat=True)


def test_a_row_comes_with_what_belongs_to_it(write: Any, django_assert_num_queries: Any) -> None:
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    post = write(slug="rain", work=work)
    for _time in range(2):
        with django_assert_num_queries(1):
            [found] = by_slug("rain", timezone.now())
            assert (found, found.work, found.author.username) == (post, work, "ada")
    assert by_slug("snow", timezone.now()) == []


def test_the_time_is_that_of_the_asking(write: Any) -> None:
    write(slug="rain", published_at=timezone.now() + timedelta(hours=1))
    assert by_slug("rain", timezone.now()) == []
    assert len(by_slug("rain", timezone.now() + timedelta(hours=2))) == 1


def test_lists_may_have_any_length(write: Any) -> None:
    posts = [write(title=f"Post {number}", score=number * 10) for number in range(5)]
    keys = [post.pk for post in posts]
    for length in (5, 1, 3, 5):
        expected = [post.title for post in posts[:length] if post.score <= 30]
        assert titles(keys[:length], 30) == expected
    assert titles(keys, 0) == ["Post 0"]


def test_a_slice_is_that_of_its_own_asking(write: Any) -> None:
    posts = [write() for _number in range(4)]
    for first in (0, 2, 0):
        rows = slice_of(posts[0].author_id, first=first, size=2)
        assert [pk for pk, _at in rows] == [post.pk for post in posts[first : first + 2]]
        assert rows[0][1] == Post.objects.get(pk=rows[0][0]).published_at


def test_lists_of_texts_are_filled_in_one_by_one(write: Any) -> None:
    for slug in ("rain", "snow", "wind"):
        write(slug=slug)
    for wanted in (["rain", "wind"], ["snow", "rain"], ["hail"]):
        found = slugs_among(wanted)
        assert found == sorted(set(wanted) - {"hail"})


def test_an_inserted_row_is_the_row_that_saving_writes(post: Post) -> None:
    def comment(receipt: str) -> Comment:
        address, headers = "::ffff:192.0.2.1", {"X-akismet-alert": "1"}
        return Comment(
            post=post,
            body="Rain.",
            status="pending",
            address=address,
            headers=headers,
            receipt=receipt,
            created_at=now,
        )

    now = timezone.now()
    inserted, saved = comment("1"), comment("2")
    insert(inserted)
    saved.save()
    assert inserted.pk != saved.pk
    assert not inserted._state.adding
    rows = [Comment.objects.filter(pk=each.pk).values().get() for each in (inserted, saved)]
    for row in rows:
        del row["id"], row["receipt"]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("text", ["\ue0000", "2900-01-02 00:00:00", "%s", "x' OR '1'='1", "31000"])
def test_no_value_is_taken_for_anything_else(text: str, post: Post) -> None:
    assert by_slug(text, timezone.now()) == []
    [found] = by_slug(post.slug, timezone.now())
    assert found.slug == post.slug


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_get_each_others_answers(write: Any) -> None:
    slugs = [write().slug for _number in range(4)]
    wrong: list[str] = []

    def ask(slug: str) -> None:
        for _time in range(30):
            wrong.extend(
                found.slug for found in by_slug(slug, timezone.now()) if found.slug != slug
            )
        connection.close()

    threads = [threading.Thread(target=ask, args=[slug]) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
