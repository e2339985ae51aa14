"""Dates of posts: those that readers see move only when readers see something else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from blog.models import Page

FIRST = datetime(2019, 5, 1, 12, tzinfo=UTC)
ADDED = {"title": "Hail", "slug": "hail", "body": "It hails."}


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


@pytest.fixture
def page(db: None) -> Page:
    return Page.objects.create(**ADDED, published_at=FIRST)


def form_of(page: Page) -> str:
    return f"/admin/blog/page/{page.pk}/change/"


def test_a_text_that_was_taken_back_can_be_published_with_its_first_date(
    page: Page, author: Client, send_form: Any
) -> None:
    send_form(author, form_of(page), _draft="")
    page.refresh_from_db()
    assert page.published_at is None
    assert "Publish with the date May 1, 2019" in " ".join(
        author.get(form_of(page)).content.decode().split()
    )
    send_form(author, form_of(page), _republish="")
    page.refresh_from_db()
    assert page.published_at == FIRST
    assert page.withdrawn_date is None


def test_it_can_be_published_with_a_new_date_as_well(
    page: Page, author: Client, send_form: Any
) -> None:
    send_form(author, form_of(page), _draft="")
    send_form(author, form_of(page), _publish="")
    page.refresh_from_db()
    assert page.published_at is not None
    assert page.published_at > FIRST


def test_a_draft_that_was_never_out_offers_no_date(author: Client, db: None) -> None:
    draft = Page.objects.create(**ADDED)
    assert "_republish" not in author.get(form_of(draft)).content.decode()


def test_the_date_of_the_last_change_moves_only_when_readers_see_a_change(page: Page) -> None:
    before = page.changed_at
    page.save()
    page.menu_place = 3
    page.save()
    assert Page.objects.get().changed_at == before
    page.body = "It hailed."
    page.save()
    assert Page.objects.get().changed_at > before
