"""Pages, the menu, and the page for addresses that are not found."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from blog.models import Page
from tests.support.page_cache import forget_pages
from tests.support.wire import wire


@pytest.fixture
def page(db: None) -> Any:
    """Return a function that creates a page, by default published and in the menu."""

    def written(**values: Any) -> Page:
        values.setdefault("title", "About")
        values.setdefault("slug", "about")
        values.setdefault("body", "Some *words*, and ||a secret||.")
        values.setdefault("menu_place", 1)
        values.setdefault("published_at", timezone.now() - timedelta(days=1))
        return Page.objects.create(**values)

    return written


def menu(path: str) -> list[tuple[str, str]]:
    """Return the addresses and names in the menu of a page, in order."""
    found = re.search(r'<nav class="menu".*?</nav>', wire(path).text, re.S)
    assert found
    return re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', found[0])


def test_a_page_has_its_own_address(page: Any) -> None:
    page()
    answer = wire("/about/")
    assert answer.status == 200
    assert "<h1>About</h1>" in answer.text
    assert "<em>words</em>" in answer.text
    assert '<link rel="canonical" href="http://testserver/about/">' in answer.text
    assert "a secret" not in answer.text.partition("<body")[0]
    assert "etag" in answer.headers


def test_a_page_with_a_slug_in_any_script_is_found_and_cached(page: Any) -> None:
    page(title="Über uns", slug="über-uns")
    assert "etag" in wire("/über-uns/".encode().decode("latin-1")).headers


def test_the_menu_lists_pages_in_order_and_marks_the_current_one(page: Any) -> None:
    page()
    page(title="Rules", slug="rules", menu_place=0)
    page(title="Hidden", slug="hidden", menu_place=None)
    names = [name for _address, name in menu("/")]
    assert names.index("Rules") < names.index("About")
    assert "Hidden" not in names
    for address in ("/works/", "/tags/", "/archive/", "/search/"):
        assert address in dict(menu("/"))
    assert '<a href="/about/" aria-current="page">About</a>' in wire("/about/").text
    assert 'aria-current="page">Tags</a>' in wire("/tags/").text
    assert wire("/hidden/").status == 200


@pytest.mark.parametrize("at", [None, timedelta(hours=1)])
def test_only_people_who_may_edit_it_see_a_draft_page(
    at: timedelta | None, page: Any, ada: Any, mo: Any, logged_in: Any
) -> None:
    page(published_at=timezone.now() + at if at else None)
    assert wire("/about/").status == 404
    assert ("/about/", "About") not in menu("/")
    assert logged_in(mo).get("/about/").status_code == 404
    seen = logged_in(ada).get("/about/")
    assert seen.status_code == 200
    assert "no-store" in seen["Cache-Control"]
    assert 'content="noindex"' in seen.content.decode()


def test_cached_menus_show_a_scheduled_page_once_it_is_published(page: Any, clock: Any) -> None:
    page(published_at=timezone.now() + timedelta(hours=1))
    assert ("/about/", "About") not in menu("/privacy/")
    clock.move(hours=1, seconds=1)
    assert ("/about/", "About") in menu("/privacy/")


@pytest.mark.parametrize(
    "slug", ["admin", "login", "moderation", "tags", "search", "feed", "privacy", "archive"]
)
def test_a_page_cannot_use_an_address_of_the_site(slug: str, page: Any, client: Client) -> None:
    page(slug=slug, title="An usurper")
    assert "<h1>An usurper</h1>" not in client.get(f"/{slug}/", follow=True).content.decode()


def test_query_parameters_reach_views_that_are_not_pages(mo: Any, logged_in: Any, say: Any) -> None:
    say("Cheap watches", status="spam")
    session = f"sessionid={logged_in(mo).cookies['sessionid'].value}"
    assert "Cheap watches" in wire("/moderation/", query="status=spam", cookie=session).text


def test_the_menu_takes_one_query(
    page: Any, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        page(slug=f"page-{number}", title=f"Page {number}")
    with django_assert_max_num_queries(4):
        client.get("/page-1/")


def test_the_not_found_page_offers_help(post: Any, page: Any) -> None:
    page()
    for path in ("/reviews/metallic-rian/", "/metallic/", "/2019/05/metallic-rain.html"):
        answer = wire(path)
        assert answer.status == 404
        assert 'content="noindex"' in answer.text
        assert 'href="/reviews/metallic-rain/"' in answer.text
        assert 'href="/tags/"' in answer.text
        assert 'href="/archive/"' in answer.text
    assert 'value="metallic rian"' in wire("/reviews/metallic-rian/").text


def test_the_not_found_page_suggests_no_drafts(write: Any) -> None:
    write(slug="metallic-rain", published_at=None)
    write(slug="metallic-snow", published_at=timezone.now() + timedelta(hours=1))
    assert "Were you looking for this?" not in wire("/reviews/metallic/").text


@pytest.mark.parametrize(
    "path",
    ["/%00/", "/<script>/", f"/{'a-' * 2500}/", "/%ff%fe/", "/%ED%A0%80/", "/a/b/c/d/", "/''/"],
)
def test_unusual_addresses_are_not_found(path: str, client: Client, post: Any) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<script>/" not in answer.content.decode()


def test_the_not_found_page_works_without_a_database(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models.sql.compiler import SQLCompiler

    def away(*_args: Any, **_options: Any) -> Any:
        raise DatabaseError("gone")

    monkeypatch.setattr(SQLCompiler, "execute_sql", away)
    forget_pages()
    answer = client.get("/archive/nothing/metallic/")
    assert answer.status_code == 404
    assert 'role="search"' in answer.content.decode()
