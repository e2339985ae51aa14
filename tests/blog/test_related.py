"""Related posts, and links to the previous and next post."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from blog.models import Post, Tag, Work
from tests.support.wire import wire


def ago(**amount: float) -> Any:
    return timezone.now() - timedelta(**amount)


def related(post: Post) -> list[str]:
    """Return the titles of the related posts on the page of a post."""
    page = wire(post.get_absolute_url()).text
    return re.findall(r'<h3 class="card-title related-title"><a href="[^"]*">([^<]*)</a>', page)


def write_neighbours(write: Any, post: Post) -> None:
    """Write what is published just before and after: the page links to these anyway."""
    write(title="Before", published_at=post.published_at - timedelta(seconds=1))
    write(title="After", published_at=post.published_at)


@pytest.fixture
def tags(db: None) -> list[Tag]:
    return [Tag.objects.create(name=name, slug=name) for name in ("rain", "steel", "trains")]


def test_the_same_work_comes_first_then_most_tags_then_the_nearest_score(
    write: Any, tags: list[Tag]
) -> None:
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    here = write(title="Here", work=work, score=70)
    write_neighbours(write, here)
    here.tags.set(tags)
    write(title="Far score", score=20).tags.set(tags[:1])
    write(title="No score").tags.set(tags[:1])
    write(title="Near score", score=68).tags.set(tags[:1])
    write(title="Two tags", score=1).tags.set(tags[:2])
    write(title="Same work", work=work)
    write(title="Nothing shared", score=70)
    assert related(here) == ["Same work", "Two tags", "Near score"]


def test_posts_about_the_same_work_come_in_the_same_order(write: Any, tags: list[Tag]) -> None:
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    here = write(title="Here", work=work, score=70)
    write_neighbours(write, here)
    here.tags.set(tags)
    write(title="Oldest", work=work, published_at=ago(days=5))
    write(title="Far score", work=work, score=20, published_at=ago(days=4))
    write(title="Near score", work=work, score=68, published_at=ago(days=4))
    write(title="A tag", work=work).tags.set(tags[:1])
    write(title="Another work").tags.set(tags)
    assert related(here) == ["A tag", "Near score", "Far score"]


def test_posts_with_the_same_tags_fill_the_remaining_places(write: Any, tags: list[Tag]) -> None:
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    here = write(title="Here", work=work)
    write_neighbours(write, here)
    here.tags.set(tags)
    write(title="Old", published_at=ago(days=9)).tags.set(tags)
    for title, days in (("Same work", 4), ("Same work, newer", 3)):
        write(title=title, work=work, published_at=ago(days=days)).tags.set(tags)
    assert related(here) == ["Same work, newer", "Same work", "Old"]


def test_the_previous_and_the_next_post_are_not_related_once_more(
    write: Any, tags: list[Tag]
) -> None:
    for number in range(1, 8):
        write(title=f"Day {number}", published_at=ago(days=20 - number)).tags.set(tags)
    here = Post.objects.get(title="Day 4")
    assert related(here) == ["Day 7", "Day 6", "Day 2"]
    assert neighbours(here) == {"prev": "review-3", "next": "review-5"}


def test_a_related_post_shows_its_score_and_work(write: Any, tags: list[Tag]) -> None:
    work = Work.objects.create(title="Steel Rain", slug="steel-rain", kind="film")
    here = write(title="Here", work=work)
    write_neighbours(write, here)
    write(title="Near", work=work, score=88)
    page = wire(here.get_absolute_url()).text
    card = page[page.index('class="card related-post"') :]
    assert '<b class="score-number">88</b>' in card
    assert "<cite>Steel Rain</cite>" in card


def test_a_post_that_shares_nothing_has_no_related_ones(write: Any) -> None:
    here = write(title="Here")
    write(title="Other")
    assert "Related posts" not in wire(here.get_absolute_url()).text


def test_drafts_and_scheduled_posts_are_not_shown_as_related(write: Any, tags: list[Tag]) -> None:
    here = write(title="Here")
    here.tags.set(tags)
    for at in (None, timezone.now() + timedelta(hours=1)):
        write(title="Hidden", published_at=at).tags.set(tags)
    assert related(here) == []
    assert "Hidden" not in wire(here.get_absolute_url()).text


def neighbours(post: Post) -> dict[str, str]:
    page = wire(post.get_absolute_url()).text
    return dict(re.findall(r'rel="(prev|next)" href="/reviews/([^"]*)/"', page))


def test_a_post_links_to_the_previous_and_next_post(write: Any) -> None:
    same = ago(days=2)
    first = write(slug="first", published_at=ago(days=3))
    second = write(slug="second", published_at=same)
    third = write(slug="third", published_at=same)
    write(slug="draft", published_at=None)
    write(slug="soon", published_at=timezone.now() + timedelta(hours=1))
    assert neighbours(first) == {"next": "second"}
    assert neighbours(second) == {"prev": "first", "next": "third"}
    assert neighbours(third) == {"prev": "second"}


def test_a_cached_post_links_to_the_next_one_once_that_is_published(write: Any, clock: Any) -> None:
    here = write(slug="here")
    write(slug="soon", published_at=timezone.now() + timedelta(hours=1))
    assert neighbours(here) == {}
    clock.move(hours=1, seconds=1)
    assert neighbours(here) == {"next": "soon"}
