"""The lists: by tag, work, time and score, and without spoilers."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Band, Post, SpoilerLevel, Tag, Work
from blog.search import index
from tests.support.page_cache import forget_pages
from tests.support.wire import wire

NOVEMBER = datetime(2025, 11, 12, tzinfo=UTC)


@pytest.fixture
def rain(db: None) -> Tag:
    return Tag.objects.create(name="Rain", slug="rain")


@pytest.fixture
def film(db: None) -> Work:
    return Work.objects.create(
        title="Metallic Rain",
        slug="metallic-rain",
        kind="film",
        year=2019,
        creators="Studio Kitefield",
        length=112,
    )


@pytest.fixture
def legend(db: None) -> None:
    for lowest, words in ((0, "no"), (50, "perhaps"), (70, "good company"), (90, "drop all")):
        Band.objects.create(lowest=lowest, wording=words)


def titles(page: str) -> list[str]:
    """Return the titles of the cards on a page, from the top."""
    return re.findall(r'<h2 class="card-title"><a href="[^"]*">([^<]*)</a>', page)


def test_the_page_of_a_tag_lists_its_posts_newest_first(write: Any, rain: Tag) -> None:
    for days in (3, 1, 2):
        write(
            title=f"{days} days ago", published_at=timezone.now() - timedelta(days=days)
        ).tags.add(rain)
    write(title="Dry")
    page = wire("/tags/rain/").text
    assert titles(page) == ["1 days ago", "2 days ago", "3 days ago"]
    assert "3 posts tagged “Rain”, newest first" in page
    assert '<link rel="canonical" href="http://testserver/tags/rain/">' in page
    assert 'href="/tags/rain/feed/"' in page


def test_byline_and_cards_link_to_tag_and_work(post: Post, rain: Tag, film: Work) -> None:
    post.tags.add(rain)
    Post.objects.update(work=film)
    for path in ("/", "/reviews/metallic-rain/"):
        page = wire(path).text
        assert 'href="/tags/rain/"' in page
        assert 'href="/works/metallic-rain/"' in page


@pytest.mark.parametrize("at", [None, timedelta(hours=1)])
def test_tags_and_works_without_published_posts_are_not_shown(
    at: timedelta | None, write: Any, rain: Tag, film: Work, legend: None
) -> None:
    when = timezone.now() + at if at else None
    write(work=film, score=70, published_at=when).tags.add(rain)
    year = (when or timezone.now()).year
    for path in ("/tags/rain/", "/works/metallic-rain/", f"/archive/{year}/"):
        assert wire(path).status == 404
    for path in ("/tags/", "/works/", "/archive/", "/scores/70/", "/spoiler-free/", "/scores/"):
        answer = wire(path)
        assert answer.status == 200
        assert "Rain" not in answer.text.partition("<main")[2]
        assert "1 post" not in answer.text
    assert "No tags yet." in wire("/tags/").text
    assert "No works yet." in wire("/works/").text
    assert "No posts yet." in wire("/archive/").text


def test_the_index_of_tags_counts_published_posts(write: Any, rain: Tag) -> None:
    for number in range(3):
        write(published_at=timezone.now() - timedelta(days=1) if number else None).tags.add(rain)
    Tag.objects.create(name="Unused", slug="unused")
    page = wire("/tags/").text
    assert re.search(r'href="/tags/rain/">Rain</a>\s*<span[^>]*>\s*2 posts', page)
    assert "Unused" not in page


def test_the_page_of_a_work_describes_it_and_shows_the_range_of_scores(
    write: Any, film: Work
) -> None:
    write(title="First look", work=film, score=60)
    page = wire("/works/metallic-rain/").text
    for fact in ("Film", "Metallic Rain", "2019", "Studio Kitefield", "112 minutes"):
        assert fact in page
    assert "Scored between" not in page
    write(title="Second look", work=film, score=80)
    write(title="Without a score", work=film)
    forget_pages()
    page = wire("/works/metallic-rain/").text
    assert "3 reviews" in page
    assert "Scored between 60 and 80" in page
    assert re.search(
        r'href="/works/metallic-rain/"><cite>Metallic Rain</cite>', wire("/works/").text
    )


def test_the_page_of_a_work_says_its_title_once(write: Any, film: Work) -> None:
    write(title="First look", work=film)
    content = wire("/works/metallic-rain/").text.partition("<main")[2]
    assert content.count("Metallic Rain") == 1
    assert re.search(r"<dt>Kind</dt>\s*<dd>Film</dd>", content)


def test_the_archive_counts_months_in_the_time_zone_of_the_site(write: Any, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    write(title="Late", published_at=datetime(2025, 10, 31, 16, 0, tzinfo=UTC))
    write(title="Early", published_at=NOVEMBER)
    page = wire("/archive/").text
    assert re.search(r'href="/archive/2025/11/">November 2025</a>\s*<span[^>]*>\s*2 posts', page)
    assert titles(wire("/archive/2025/11/").text) == ["Early", "Late"]
    assert titles(wire("/archive/2025/").text) == ["Early", "Late"]
    assert wire("/archive/2025/10/").status == 404


def test_the_last_minute_of_december_belongs_to_its_year(write: Any) -> None:
    write(title="New Year's Eve", published_at=datetime(2024, 12, 31, 23, 59, tzinfo=UTC))
    write(title="New Year", published_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert titles(wire("/archive/2024/12/").text) == ["New Year&#x27;s Eve"]
    assert titles(wire("/archive/2024/").text) == ["New Year&#x27;s Eve"]
    assert titles(wire("/archive/2025/01/").text) == ["New Year"]


def test_the_score_guide_counts_the_posts_of_each_range(write: Any, legend: None) -> None:
    for score in (70, 89, 90, 100, 0, None):
        write(title=f"Scored {score}", score=score)
    page = wire("/scores/").text
    rows = re.findall(
        r'(?:href="/scores/(\d+)/">|<dt>)\s*<span class="score-range">(\d+)–(\d+)</span>'
        r".*?(\d+) (?:post|review)",
        page,
        re.S,
    )
    assert rows == [
        ("90", "90", "100", "2"),
        ("70", "70", "89", "2"),
        ("", "50", "69", "0"),  # no link to an empty list
        ("0", "0", "49", "1"),
    ]
    assert re.findall(r'<rect width="(\d+)"', page) == ["100", "100", "50"]
    page = wire("/scores/70/").text
    assert titles(page) == ["Scored 89", "Scored 70"]
    assert "“good company”: 2 reviews, highest score first" in page
    assert "No reviews in this range yet." in wire("/scores/50/").text


def test_only_posts_without_spoilers_are_listed_as_such(write: Any) -> None:
    for level in SpoilerLevel.values:
        write(title=f"Level {level}", spoiler_level=level)
    assert titles(wire("/spoiler-free/").text) == ["Level none"]


@pytest.mark.parametrize(
    "path",
    [
        "/tags/nothing/",
        "/works/nothing/",
        "/archive/0000/",
        "/archive/2025/13/",
        "/archive/2025/1/",
        "/archive/2999/12/",
        "/archive/99999/",
        "/archive/２０２５/",
        "/scores/71/",
        "/scores/070/",
        "/scores/101/",
        f"/scores/{'9' * 5000}/",
        f"/tags/{'x' * 5000}/",
        "/tags/%00/",
    ],
)
def test_a_list_that_does_not_exist_is_not_found(
    path: str, client: Client, post: Post, legend: None
) -> None:
    assert client.get(path).status_code == 404


@pytest.fixture
def many(write: Any, rain: Tag, film: Work, legend: None) -> None:
    for number in range(11):
        made = write(
            title=f"Rain {number}",
            work=film,
            score=70,
            published_at=NOVEMBER + timedelta(minutes=number),
        )
        made.tags.add(rain)
        index.index_posts([made])


LISTS = [
    "/tags/rain/",
    "/works/metallic-rain/",
    "/archive/2025/",
    "/archive/2025/11/",
    "/scores/70/",
    "/spoiler-free/",
    "/",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_long_list_has_a_link_to_its_next_page(path: str, many: None) -> None:
    first = wire(path).text
    assert len(titles(first)) == 10
    assert f'rel="next" href="{path}?page=2"' in first
    second = wire(path, query="page=2").text
    assert titles(second) == ["Rain 0"]
    assert f'rel="prev" href="{path}"' in second
    assert f'<link rel="canonical" href="http://testserver{path}?page=2">' in second


@pytest.mark.parametrize("number", ["0", "1", "3", "-1", "02", "two", "9" * 5000, "%00", "２"])
def test_a_page_that_a_list_does_not_have_is_not_found(
    number: str, many: None, client: Client
) -> None:
    for path in [*LISTS, "/tags/", "/works/"]:
        assert client.get(f"{path}?page={number}").status_code == 404
    assert client.get(f"/search/?q=rain&page={number}").status_code == 404


OPEN = ["/tags/rain/", "/works/metallic-rain/", "/scores/70/", "/spoiler-free/", "/"]


@pytest.mark.parametrize("path", [*OPEN, "/tags/", "/works/", "/archive/", "/scores/"])
def test_a_cached_list_changes_when_a_scheduled_post_is_published(
    path: str, many: None, rain: Tag, film: Work, write: Any, clock: Any
) -> None:
    soon = write(
        title="Soon", work=film, score=70, published_at=timezone.now() + timedelta(hours=1)
    )
    soon.tags.add(rain)
    before = wire(path)
    assert "etag" in before.headers
    assert "Soon" not in before.text
    assert "12 posts" not in before.text
    clock.move(hours=1, seconds=1)
    assert "Soon" in wire(path).text or "12 posts" in wire(path).text
