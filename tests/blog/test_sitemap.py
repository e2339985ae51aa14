"""The sitemap (https://www.sitemaps.org/protocol.html) and robots.txt (RFC 9309)."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Page, Post, Tag, Work, update_site
from blog.views import sitemaps
from tests.support.wire import wire

SITE = "https://reviews.example"
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _site(settings: Any, db: None) -> None:
    settings.SITE_URL = SITE
    update_site("Verdict")


def parsed(path: str, root: str) -> list[Any]:
    """Return the entries of a file; assert that each has one absolute address that is found."""
    answer = Client().get(path, headers={"host": "localhost"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    tree = ET.fromstring(answer.content)  # noqa: S314  (our own file)
    assert tree.tag == NS + root
    locations = [entry.findtext(NS + "loc") for entry in tree]
    assert len(set(locations)) == len(locations)
    for location in locations:
        assert location.startswith(SITE + "/")
        assert location.isascii()
        assert Client().get(location.removeprefix(SITE)).status_code == 200
    return list(tree)


def changes(path: str = "/sitemap.xml") -> dict[str, str]:
    """Return the time of the last change of each page by its path."""
    return {
        entry.findtext(NS + "loc").removeprefix(SITE): entry.findtext(NS + "lastmod")
        for entry in parsed(path, "urlset")
    }


@pytest.fixture
def found(write: Any) -> Post:
    post = write(
        slug="rain",
        published_at="2024-04-05T12:30:00Z",
        work=Work.objects.create(title="Rain", slug="rain", kind="film"),
    )
    post.tags.add(Tag.objects.create(name="wet", slug="濡れた"))
    Post.objects.update(revised_at="2024-05-06T07:08:09Z")
    return post


def test_the_sitemap_of_an_empty_site_contains_the_home_page(db: None) -> None:
    assert changes() == {"/": None}


def test_every_public_page_is_in_it_with_its_last_change(found: Post) -> None:
    Page.objects.create(
        title="About", slug="about", body="Me.", published_at="2024-01-01T00:00:00Z"
    )
    Page.objects.update(revised_at="2023-01-01T00:00:00Z")
    assert changes() == {
        "/": "2024-05-06",
        "/reviews/rain/": "2024-05-06",
        "/about/": "2024-01-01",
        "/works/rain/": "2024-05-06",
        "/tags/%E6%BF%A1%E3%82%8C%E3%81%9F/": "2024-05-06",
    }


def test_unpublished_posts_are_not_in_it(write: Any) -> None:
    for number, at in enumerate([None, timezone.now() + timedelta(hours=1)]):
        work = Work.objects.create(title="Rain", slug=f"rain-{number}", kind="film")
        tag = Tag.objects.create(name=f"wet {number}", slug=f"wet-{number}")
        write(published_at=at, work=work).tags.add(tag)
        Page.objects.create(title="About", slug=f"about-{number}", body="Me.", published_at=at)
    assert list(changes()) == ["/"]


def test_a_work_and_a_tag_with_two_posts_are_listed_once(found: Post, write: Any) -> None:
    other = write(slug="hail", work=found.work, published_at="2024-06-07T00:00:00Z")
    other.tags.set(found.tags.all())
    Post.objects.filter(pk=other.pk).update(revised_at="2024-06-07T00:00:00Z")
    assert changes()["/works/rain/"] == "2024-06-07"


def test_a_long_sitemap_is_split_into_files(
    found: Post, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps.SiteSitemap, "limit", 2)
    for number in range(4):
        write(slug=f"rain-{number}")
    files = [entry.findtext(NS + "loc") for entry in parsed("/sitemap.xml", "sitemapindex")]
    assert f"{SITE}/sitemap-posts.xml?p=3" in files
    posts = [changes(f"/sitemap-posts.xml?p={number}") for number in (1, 2, 3)]
    assert [len(each) for each in posts] == [2, 2, 1]
    assert datetime.fromisoformat(changes("/sitemap-tags.xml").popitem()[1]).year == 2024


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-posts.xml?p=2",
        "/sitemap-posts.xml?p=0",
        f"/sitemap-posts.xml?p={'9' * 5000}",
        "/sitemap-none.xml",
        "/sitemap-posts.xml?p=x",
    ],
)
def test_a_file_that_is_not_there_is_not_found(path: str, found: Post) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-pages.xml"])
def test_a_scheduled_page_is_listed_once_it_is_published(path: str, db: None, clock: Any) -> None:
    soon = timezone.now() + timedelta(hours=1)
    Page.objects.create(title="Soon", slug="soon", body="Soon.", published_at=soon)
    assert "/soon/" not in wire(path).text
    clock.move(hours=2)
    assert "/soon/" in wire(path).text


def robots() -> RobotFileParser:
    answer = Client().get("/robots.txt", headers={"host": "localhost"})
    assert answer["Content-Type"].startswith("text/plain")
    parser = RobotFileParser()
    parser.parse(answer.content.decode().splitlines())
    return parser


def test_crawlers_may_visit_public_pages(db: None) -> None:
    assert robots().site_maps() == [SITE + "/sitemap.xml"]
    for path in ("/", "/reviews/rain/", "/tags/wet/", "/feed/", "/static/css/base.css", "/about/"):
        assert robots().can_fetch("*", path)


def test_crawlers_may_not_visit_the_admin_forms_and_receipts(db: None) -> None:
    paths = "/admin/ /moderation/?page=2 /login/ /comments/receipt/x/"
    for path in paths.split():
        assert not robots().can_fetch("*", path)


@pytest.mark.parametrize("path", ["/sitemap.xml", "/robots.txt", "/sitemap-posts.xml"])
def test_both_files_only_accept_get_and_set_no_cookie(path: str, db: None) -> None:
    assert Client().post(path).status_code == 405
    assert not Client().get(path).cookies
