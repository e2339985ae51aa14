"""Two tabs, or two authors: the second save does not silently undo the first."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from blog.models import Page, Post
from tests.support.forms import fields


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def tab(author: Client, complete: dict[str, str]) -> Callable[..., Any]:
    """Return a function that opens the form of a row and returns another that submits it."""

    def opened(row: Any) -> Callable[..., Any]:
        address = change_form(row)
        form = {**fields(author.get(address).content.decode()), **complete}
        return lambda **changes: author.post(address, {**form, **changes})

    return opened


def change_form(row: Any) -> str:
    return reverse(f"admin:blog_{row._meta.model_name}_change", args=[row.pk])


def errors(answer: Any) -> str:
    return str(answer.context["adminform"].form.non_field_errors())


def test_the_second_save_is_refused_and_keeps_what_was_typed(post: Post, tab: Any) -> None:
    first, second = tab(post), tab(post)
    assert first(body="A day of writing.").status_code == 302
    answer = second(title="Another title", body="Old text.")
    assert "This was changed on" in errors(answer)
    assert f'href="{change_form(post)}" target="_blank"' in errors(answer)
    form = fields(answer.content.decode())
    assert (form["title"], form["body"]) == ("Another title", "Old text.")
    assert Post.objects.get().body == "A day of writing."


def test_saving_once_more_overwrites_on_purpose(post: Post, tab: Any, author: Client) -> None:
    first, second = tab(post), tab(post)
    first(body="A day of writing.")
    refused = fields(second(body="Mine.").content.decode())
    assert author.post(change_form(post), refused).status_code == 302
    assert Post.objects.get().body == "Mine."


def test_the_warning_lists_each_save_in_between(post: Post, tab: Any, author: Client) -> None:
    first, second = tab(post), tab(post)
    first(body="A day of writing.")
    refused = fields(second(body="Mine.").content.decode())
    tab(post)(body="Another day.")
    assert "This was changed on" in errors(author.post(change_form(post), refused))


def test_the_warning_is_shown_with_other_errors(post: Post, tab: Any) -> None:
    first, second = tab(post), tab(post)
    first(body="A day of writing.")
    answer = second(title="", summary="")
    assert "This was changed on" in errors(answer)
    assert answer.context["adminform"].form.errors["title"]


def test_the_same_form_sent_twice_overwrites_nothing(post: Post, tab: Any) -> None:
    once = tab(post)
    assert [once(body="Once.").status_code, once(body="Once.").status_code] == [302, 302]


@pytest.mark.parametrize("act", ["_publish", "_draft"])
def test_an_outdated_form_neither_publishes_nor_unpublishes(act: str, post: Post, tab: Any) -> None:
    first, second = tab(post), tab(post)
    first(body="A day of writing.")
    assert "This was changed on" in errors(second(**{act: "1"}))
    assert Post.objects.get().body == "A day of writing."


@pytest.mark.parametrize("version", ["", "x", "a\0b", "9" * 10_000])
def test_an_invalid_version_counts_as_outdated(version: str, post: Post, tab: Any) -> None:
    assert "This was changed on" in errors(tab(post)(body="Mine.", version=version))


def test_a_page_is_not_overwritten_either(db: None, tab: Any) -> None:
    page = Page.objects.create(title="About", slug="about", body="Me.")
    first, second = tab(page), tab(page)
    first(body="A day of writing.")
    assert "This was changed on" in errors(second(body="Mine."))


def test_the_preview_does_not_show_the_warning(post: Post, tab: Any, author: Client) -> None:
    typed = {**fields(author.get(change_form(post)).content.decode()), "body": "Mine."}
    tab(post)(body="A day of writing.")
    answer = author.post(reverse("admin:blog_post_preview", args=[post.pk]), typed)
    assert answer.status_code == 200
    assert "Mine." in answer.content.decode()


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time: there is no such moment"
)
@pytest.mark.django_db(transaction=True)
def test_a_simultaneous_save_is_waited_for(post: Post, tab: Any) -> None:
    second, answers = tab(post), []

    def send() -> None:
        answers.append(errors(second(body="Mine.")))
        connection.close()

    thread = Thread(target=send)
    with transaction.atomic():
        stored = Post.objects.get()
        stored.body = "A day of writing."
        stored.save()
        thread.start()
        thread.join(1)
        assert thread.is_alive()
    thread.join()
    assert "This was changed on" in answers[0]
    assert Post.objects.get().body == "A day of writing."
