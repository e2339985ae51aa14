"""Merging tags in the admin."""

from typing import Any

import pytest
from django.contrib.redirects.models import Redirect
from django.test import Client

from blog.models import Post, Tag
from tests.support.wire import wire

LIST = "/admin/blog/tag/"


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def tags(write: Any) -> list[Tag]:
    """Three spellings of a tag: the first two share a post, the third has one that is a draft."""
    made = [Tag.objects.create(name=name, slug=name) for name in ("sci-fi", "scifi", "sf")]
    write(slug="both").tags.add(*made[:2])
    write(slug="second").tags.add(made[1])
    write(slug="third", published_at=None).tags.add(made[2])
    return made


def merge(author: Client, tags: list[Tag], **values: Any) -> Any:
    chosen = {"action": "merge", "_selected_action": [tag.pk for tag in tags]}
    return author.post(LIST, {**chosen, **values}, follow=True)


def test_the_page_asks_which_tag_is_kept_and_changes_nothing(author: Any, tags: Any) -> None:
    page = merge(author, tags).content.decode()
    assert page.count('type="radio"') == 3
    assert Tag.objects.count() == 3
    assert "This field is required." in merge(author, tags, merge="1").content.decode()
    assert Tag.objects.count() == 3


def test_merged_tags_become_one_with_all_their_posts(author: Any, tags: Any) -> None:
    wire("/tags/sci-fi/")
    page = merge(author, tags, merge="1", kept=tags[0].pk).content.decode()
    assert "The tags were merged into “sci-fi”." in page
    assert [tag.name for tag in Tag.objects.all()] == ["sci-fi"]
    assert {post.slug for post in tags[0].posts.all()} == {"both", "second", "third"}
    assert wire("/tags/sci-fi/").text.count('class="card"') == 2


def test_the_addresses_of_merged_tags_lead_to_the_one_that_is_kept(author: Any, tags: Any) -> None:
    Redirect.objects.create(site_id=1, old_path="/tags/older/", new_path="/tags/scifi/")
    merge(author, tags, merge="1", kept=tags[0].pk)
    for path in ("/tags/scifi/", "/tags/older/"):
        assert wire(path).headers["location"] == "/tags/sci-fi/"
    assert wire("/tags/scifi/feed/").headers["location"] == "/tags/sci-fi/feed/"
    assert wire("/tags/sf/").status == 404  # readers have never seen it


def test_posts_of_merged_tags_are_indexed_again(author: Any, tags: Any) -> None:
    Post.objects.update(index_due=False)
    merge(author, tags, merge="1", kept=tags[0].pk)
    assert Post.objects.filter(index_due=True).count() == 3


def test_a_tag_that_was_not_selected_is_not_kept(author: Any, tags: Any) -> None:
    merge(author, tags[:2], merge="1", kept=tags[2].pk)
    assert Tag.objects.count() == 3


def test_one_tag_alone_is_not_merged(author: Any, tags: Any) -> None:
    page = merge(author, tags[:1]).content.decode()
    assert "Select at least two tags." in page
