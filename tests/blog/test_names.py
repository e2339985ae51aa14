"""Names and slugs in every script: compared and ordered alike on every database."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from blog.models import Page, Post, Tag, Work
from blog.search.index import index_posts, search_posts


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


NAMES = ["Zebra", "äther", "Apfel", "Über", "zoo", "apfel 2", "\u00d8l", "東京", "ปลา"]


@pytest.mark.django_db
def test_names_are_ordered_without_case_and_accents() -> None:
    for number, name in enumerate(NAMES):
        Tag.objects.create(name=name, slug=f"t{number}")
        Work.objects.create(title=name, slug=f"w{number}", kind="film")
    expected = ["Apfel", "apfel 2", "äther", "Øl", "Über", "Zebra", "zoo", "ปลา", "東京"]
    assert list(Tag.objects.values_list("name", flat=True)) == expected
    assert list(Work.objects.values_list("title", flat=True)) == expected


def errors(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.context["adminform"].form.errors)


@pytest.mark.parametrize("name", ["slice of life", "Slice  of Life", "SLICE OF LIFE"])
def test_a_tag_that_differs_only_in_case_or_spaces_is_refused(
    name: str, author: Client, send_form: Any
) -> None:
    Tag.objects.create(name="Slice of Life", slug="slice-of-life")
    answer = send_form(author, "/admin/blog/tag/add/", name=name, slug="")
    assert "There is a tag “Slice of Life” already." in errors(answer)


def test_a_work_with_the_title_kind_and_year_of_another_is_refused(
    author: Client, send_form: Any
) -> None:
    Work.objects.create(title="Cowboy Bebop", slug="cb", kind="anime_series", year=1998)
    values = {"title": "cowboy bebop", "slug": "", "kind": "anime_series", "year": "1998"}
    answer = send_form(author, "/admin/blog/work/add/", **values)
    assert "There is a work “Cowboy Bebop” of this kind and year already." in errors(answer)
    film = send_form(author, "/admin/blog/work/add/", **{**values, "kind": "anime_film"})
    assert film.status_code == 302


@pytest.mark.parametrize(
    ("title", "slug"), [("हिन्दी", "हिन्दी"), ("ปลาทู", "ปลาทู"), ("Ranma ½", "ranma-1-2")]
)
def test_a_page_in_any_script_has_a_readable_address(
    title: str, slug: str, author: Client, client: Client, send_form: Any
) -> None:
    values = {"title": title, "slug": "", "body": "Text.", "_publish": ""}
    answer = send_form(author, "/admin/blog/page/add/", **values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert client.get(f"/{slug}/").status_code == 200


def test_a_slug_typed_by_hand_keeps_its_vowels(author: Client, send_form: Any) -> None:
    values = {"title": "Any", "slug": "हिन्दी", "body": "Text.", "_publish": ""}
    assert send_form(author, "/admin/blog/page/add/", **values).status_code == 302


@pytest.mark.parametrize("query", ["oresund", "Øresund", "lodz", "aether"])
def test_the_search_finds_letters_without_their_strokes(query: str, write: Any) -> None:
    post = write(body="Across the Øresund to Łódź and the æther.")
    index_posts([post])
    assert list(search_posts(query)) == [post]


def test_the_slug_of_a_draft_follows_its_title_until_it_is_out(
    author: Client, send_form: Any
) -> None:
    form = "/admin/blog/page/add/"
    send_form(author, form, title="Frist", slug="", body="Text.", _draft="")
    page = f"/admin/blog/page/{Page.objects.get().pk}/change/"
    send_form(author, page, title="First", _draft="")
    assert Page.objects.get().slug == "first"
    send_form(author, page, title="First of all", _publish="")
    assert Page.objects.get().slug == "first-of-all"
    send_form(author, page, title="Second")
    assert Page.objects.get().slug == "first-of-all"


def test_a_title_with_a_lone_delimiter_gets_one_true_sentence(
    author: Client, send_form: Any
) -> None:
    answer = send_form(author, "/admin/blog/page/add/", title="Love || Hate", slug="", body="Text.")
    assert list(answer.context["adminform"].form.errors) == ["title"]


def test_posts_keep_their_moment_through_a_change_of_the_clock(
    write: Any, author: Client, send_form: Any, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    for minute in (30, 90):
        moment = datetime(2025, 10, 26, 0, minute % 60, 12, 345, tzinfo=UTC)
        moment = moment.replace(hour=minute // 60)
        post = write(published_at=moment, slug=f"night-{minute}", title=f"Night {minute}")
        page = f"/admin/blog/post/{post.pk}/change/"
        answer = send_form(author, page, verdict="A corrected word.")
        assert answer.status_code in (200, 302)
        if answer.status_code == 200:
            assert "published_at" not in answer.context["adminform"].form.errors
        assert Post.objects.get(pk=post.pk).published_at == moment
