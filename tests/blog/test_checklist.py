"""The checklist: what a post needs before it is published, and what a draft may always lack."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import Picture, Post, Work
from blog.publishing.checklist import MISSING_FILTERS, missing_items
from tests.support.wire import wire

ADD = "/admin/blog/post/add/"
TYPED = {"title": "Hail", "slug": "hail", "body": "Ice falls."}
TIME = {"published_at_0": "2020-01-01", "published_at_1": "12:00"}


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def save(author: Client, send_form: Any, complete: dict[str, str]) -> Callable[..., Any]:
    """Return a function that submits a complete new review with some changes."""

    def saved(**changes: Any) -> Any:
        return send_form(author, ADD, **{**TYPED, **complete, **changes})

    return saved


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


# --- What is refused ------------------------------------------------------------------------

LACKS = {
    "thumbnail": ({"thumbnail": ""}, "Choose or upload a thumbnail"),
    "summary": ({"summary": ""}, "one or two sentences"),
    "spoiler_level": ({"spoiler_level": ""}, "Choose a spoiler level"),
    "verdict": ({"verdict": ""}, "Write a verdict"),
    "score": ({"score": ""}, "Enter a score, or tick"),
    "work": ({"work": ""}, "Choose the work"),
    "unscored": ({"unscored": "on"}, "Remove the score or untick"),
}


@pytest.mark.parametrize("field", LACKS)
@pytest.mark.parametrize("way", [TIME, {"published_at_0": "2999-01-01"}, {"_publish": "1"}])
def test_missing_items_are_named_at_their_fields_and_the_text_is_kept(
    field: str, way: dict[str, str], save: Any
) -> None:
    changes, sentence = LACKS[field]
    way = {"published_at_1": "12:00", **way} if "_publish" not in way else way
    answer = save(**way, **changes)
    found = errors(answer)
    assert list(found) == [field, "__all__"]
    assert sentence in found[field][0]
    assert "One thing is missing" in found["__all__"][0]
    assert "Ice falls." in answer.content.decode()
    assert not Post.objects.exists()


def test_the_form_says_how_many_things_are_missing(save: Any) -> None:
    answer = save(**TIME, summary="", thumbnail="", verdict="")
    assert "3 things are missing" in answer.content.decode()


def test_a_thumbnail_needs_an_alternative_text(save: Any) -> None:
    Picture.objects.update(alt=" ")
    assert "alt text" in errors(save(**TIME))["thumbnail"][0]


@pytest.mark.parametrize("field", LACKS)
def test_a_draft_may_lack_any_item(field: str, save: Any) -> None:
    assert save(**LACKS[field][0]).status_code == 302
    assert Post.objects.get().published_at is None


def test_a_post_without_a_work_needs_neither_verdict_nor_score(save: Any) -> None:
    assert save(**TIME, work="", verdict="", score="").status_code == 302
    assert Post.objects.get().is_published


def test_a_review_may_have_no_score_on_purpose(save: Any) -> None:
    assert save(**TIME, score="", unscored="on").status_code == 302


def test_a_score_of_zero_is_a_score(save: Any) -> None:
    assert save(**TIME, score="0").status_code == 302


def test_a_published_post_is_checked_when_it_is_edited(
    author: Client, post: Post, send_form: Any
) -> None:
    answer = send_form(author, reverse("admin:blog_post_change", args=[post.pk]), title="Rain")
    assert {"thumbnail", "summary"} <= set(errors(answer))
    assert wire(post.get_absolute_url()).status == 200


# --- The ways to save -----------------------------------------------------------------------


def test_publish_now_publishes_at_once(save: Any) -> None:
    assert save(_publish="1").status_code == 302
    assert wire("/reviews/hail/").status == 200


def test_publish_now_ignores_a_future_time_in_the_form(save: Any) -> None:
    save(_publish="1", published_at_0="2999-01-01", published_at_1="12:00")
    assert Post.objects.get().is_published


@pytest.mark.parametrize("date", ["2020-01-01", "2999-01-01", "soon", ""])
def test_save_as_draft_ignores_the_time_in_the_form(date: str, save: Any) -> None:
    assert save(_draft="1", published_at_0=date, published_at_1="12:00").status_code == 302
    assert Post.objects.get().published_at is None


def test_a_published_post_can_become_a_draft_again(
    save: Any, author: Client, send_form: Any
) -> None:
    save(**TIME)
    address = reverse("admin:blog_post_change", args=[Post.objects.get().pk])
    assert "Unpublish (revert to draft)" in author.get(address).content.decode()
    send_form(author, address, _draft="1", summary="")
    assert wire("/reviews/hail/").status == 404


def test_a_future_time_schedules_the_post(save: Any) -> None:
    save(published_at_0="2999-01-01", published_at_1="12:00")
    assert Post.objects.get().is_scheduled
    assert wire("/reviews/hail/").status == 404


# --- The list on the page -------------------------------------------------------------------


def test_the_form_shows_what_is_done_and_what_is_missing(author: Client, write: Any) -> None:
    draft = write(published_at=None, spoiler_level="", summary="Rain.")
    page = author.get(reverse("admin:blog_post_change", args=[draft.pk]))
    done = {item.field: item.is_met for item in page.context["checklist"]}
    assert done == {"title": True, "thumbnail": False, "summary": True, "spoiler_level": False}
    assert page.content.decode().count('class="checklist-missing"') == 2


def test_the_checklist_of_a_refused_form_reflects_what_was_typed(save: Any) -> None:
    items = save(**TIME, title="", verdict="").context["checklist"]
    assert {item.field for item in items if not item.is_met} == {"title", "verdict"}


@pytest.mark.parametrize(
    ("state", "shown"),
    [(None, True), (timedelta(days=1), True), (-timedelta(days=1), False)],
)
def test_only_unpublished_posts_have_a_publish_button(
    state: timedelta | None, shown: bool, author: Client, write: Any
) -> None:
    post = write(published_at=timezone.now() + state if state else None)
    page = author.get(reverse("admin:blog_post_change", args=[post.pk])).content.decode()
    assert ('name="_publish"' in page) is shown


# --- The same rule in the database ----------------------------------------------------------


VALUES: dict[str, list[Any]] = {
    "summary": ["", "Wet."],
    "spoiler_level": ["", "none"],
    "verdict": ["", "Dry."],
    "score": [None, 0],
    "unscored": [False, True],
}


def test_the_query_for_missing_items_agrees_with_the_form(ada: Any) -> None:
    described = Picture(file="pictures/a.webp", width=1, height=1, alt="A")
    bare = Picture(file="pictures/b.webp", width=1, height=1, alt="")
    Picture.objects.bulk_create([described, bare])
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    pictures = [None, *Picture.objects.all()]
    made = [
        Post(author=ada, title="Rain", body="", work=of, thumbnail=picture, **dict(fields))
        for of, picture in product([None, work], pictures)
        for fields in product(*([(name, value) for value in VALUES[name]] for name in VALUES))
    ]
    for number, post in enumerate(made):
        post.slug = f"rain-{number}"
    Post.objects.bulk_create(made)
    posts = Post.objects.select_related("thumbnail")
    lacking = {post.pk: {item.field for item in missing_items(post)} for post in posts}
    for field, question in MISSING_FILTERS.items():
        listed = set(Post.objects.filter(question).values_list("pk", flat=True))
        assert listed == {pk for pk, fields in lacking.items() if field in fields}, field


def test_the_list_can_be_filtered_by_missing_items(author: Client, write: Any) -> None:
    write(title="Hail", summary="It hails.")
    write(title="Sleet")
    page = author.get("/admin/blog/post/", {"missing": "summary"}).content.decode()
    assert "Sleet" in page
    assert "Hail" not in page


@pytest.mark.parametrize("day", ["0202-11-22", "1969-12-30", "3000-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_mistyped_year_is_refused(day: str, zone: str, save: Any, settings: Any) -> None:
    settings.TIME_ZONE = zone
    answer = save(published_at_0=day, published_at_1="23:59")
    assert errors(answer) == {"published_at": ["Please choose a date between 1970 and 2999."]}
    assert day in answer.content.decode()
    assert not Post.objects.exists()


def test_the_database_refuses_such_a_time_too(write: Any) -> None:
    with pytest.raises(IntegrityError):
        write(published_at=datetime(202, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("model", "typed"),
    [
        ("work", {"title": "Hail", "slug": "h", "kind": "film", "year": "99999999999"}),
        ("work", {"title": "Hail", "slug": "h", "kind": "film", "length": "99999999999"}),
        ("page", {"title": "Hail", "slug": "h", "body": "Ice.", "menu_place": "99999"}),
    ],
)
def test_numbers_are_limited_to_what_every_database_can_store(
    model: str, typed: dict[str, str], author: Client, send_form: Any
) -> None:
    answer = send_form(author, f"/admin/blog/{model}/add/", **typed)
    assert answer.status_code == 200
    assert "is less than or equal to" in answer.content.decode()
