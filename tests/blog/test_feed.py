"""The feeds of posts: valid, absolute by the site's own address, and without spoilers."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from blog.models import Picture, Post, SiteSettings, Tag
from pagecache.version import invalidate_pages
from tests.support import feed_rules
from tests.support.feed_rules import ATOM, CONTENT, CREATOR
from tests.support.wire import wire

SITE = "https://reviews.example"
BODY = """
It *rains*, ||it stops||. `]]>`

::: spoiler end
It floods.
:::

[Hail](/reviews/hail/)
"""


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def channel(path: str = "/feed/", **headers: str) -> Any:
    return feed_rules.rss(path, SITE, **headers)


def items(path: str = "/feed/", **headers: str) -> list[Any]:
    found: list[Any] = channel(path, **headers).findall("item")
    return found


def entries(path: str = "/feed/atom/", **headers: str) -> list[Any]:
    found: list[Any] = feed_rules.atom(path, SITE, **headers).findall(ATOM + "entry")
    return found


@pytest.fixture
def rain() -> Tag:
    return Tag.objects.create(name="Rain & more", slug="rain")


@pytest.fixture
def hostile(write: Any, rain: Tag, ada: Any) -> Post:
    """A post with everything that could break a feed."""
    ada.first_name = "Ada <ada> & Co"
    ada.save()
    Picture.objects.bulk_create([Picture(file="pictures/1.webp", width=4, height=3, alt='A "cat"')])
    post = write(
        title="<b>Rain</b> & ]]> “storm”",
        slug="雨-review",
        summary="5 < 6 & 7 ]]>",
        body=BODY,
        verdict="Wet & ||drowned|| ]]>.",
        score=70,
        score_wording="wet <all> over",
        spoiler_level="minor",
        spoiler_note="As far as <episode> 3.",
        thumbnail=Picture.objects.get(),
    )
    post.tags.add(rain)
    return post


@pytest.mark.parametrize("path", ["/feed/", "/tags/rain/feed/"])
def test_feeds_of_both_formats_are_valid(path: str, hostile: Post, write: Any) -> None:
    write(title="Plain", body="Dry.").tags.add(Tag.objects.get())
    assert len(items(path)) == len(entries(path + "atom/")) == 2


def test_an_empty_feed_is_valid(db: None) -> None:
    assert items() == entries() == []
    assert channel().findtext("title") == "Verdict"


def test_a_feed_describes_the_site(post: Post) -> None:
    SiteSettings(name="Wet & Loud", tagline="Rain, reviewed").save()
    assert channel().findtext("title") == "Wet & Loud"
    assert channel().findtext("description") == "Rain, reviewed"
    assert channel().findtext("link") == SITE + "/"
    assert channel().findtext("language") == "en"
    atom = feed_rules.atom("/feed/atom/", SITE)
    assert atom.findtext(ATOM + "title") == "Wet & Loud"
    assert atom.findtext(ATOM + "subtitle") == "Rain, reviewed"
    assert atom.findtext(f"{ATOM}author/{ATOM}name") == "Wet & Loud"


def test_the_feed_of_a_tag_only_contains_its_posts(write: Any, rain: Tag) -> None:
    write(title="Wet").tags.add(rain)
    write(title="Dry")
    found = channel("/tags/rain/feed/")
    assert [item.findtext("title") for item in found.findall("item")] == ["Wet"]
    assert found.findtext("title") == "Verdict: Rain & more"
    assert found.findtext("link") == SITE + "/tags/rain/"


@pytest.mark.parametrize("path", ["/tags/rain/feed/", "/tags/rain/feed/atom/", "/tags/no/feed/"])
def test_a_tag_without_published_posts_has_no_feed(path: str, write: Any, rain: Tag) -> None:
    write(published_at=None).tags.add(rain)
    write(published_at=timezone.now() + timedelta(hours=1)).tags.add(rain)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/"])
def test_addresses_use_the_sites_host_whatever_host_was_requested(path: str, write: Any) -> None:
    write(body="See [the other](/reviews/hail/), [the next](../snow/), [it](https://a.example/).")
    text = Client().get(path, headers={"host": "localhost"}).content.decode()
    assert "localhost" not in text
    assert "testserver" not in text
    assert "example.com" not in text
    assert f'href="{SITE}/reviews/hail/"' in text.replace("&quot;", '"')
    assert 'href="https://a.example/"' in text.replace("&quot;", '"')


def test_spoilers_are_masked_and_the_rest_is_complete(hostile: Post) -> None:
    for text in (items()[0].findtext(CONTENT), entries()[0].findtext(ATOM + "content")):
        assert "<em>rains</em>" in text
        assert f'<a href="{SITE}/reviews/hail/"' in text
        assert text.count("[spoiler]") == 3
        for hidden in ("it stops", "It floods", "drowned"):
            assert hidden not in text


def test_an_entry_shows_spoiler_level_verdict_score_and_picture(hostile: Post) -> None:
    (item,) = items()
    content = item.findtext(CONTENT)
    assert content.index("Minor spoilers") < content.index("As far as &lt;episode&gt; 3.")
    assert content.index("As far as") < content.index("rains") < content.index("Wet &amp;")
    assert "70 out of 100" in content
    assert "wet &lt;all&gt; over" in content
    assert f'<img src="{SITE}/media/pictures/1.webp" width="4" height="3"' in content
    assert item.findtext("description") == "Minor spoilers. 5 &lt; 6 &amp; 7 ]]&gt;"
    assert "spoiler" not in item.findtext("title").lower()


def test_a_post_without_a_score_has_none_in_the_feed(write: Any) -> None:
    write(score=None)
    assert "out of 100" not in items()[0].findtext(CONTENT)
    Post.objects.update(score=0)
    assert "0 out of 100" in items()[0].findtext(CONTENT)


def test_with_major_spoilers_the_description_is_not_from_the_text(write: Any) -> None:
    write(body="He drowns in the end.", spoiler_level="major", verdict="Wet.")
    assert items()[0].findtext("description") == "Major spoilers. Wet."
    assert entries()[0].findtext(ATOM + "summary") == "Major spoilers. Wet."
    Post.objects.update(verdict_text="", excerpt="")
    assert items()[0].findtext("description") == "Major spoilers."


def test_the_description_is_an_excerpt_and_the_content_is_complete(write: Any) -> None:
    write(body="Rain. " * 1000)
    (item,) = items()
    assert len(item.findtext("description")) <= 300
    assert item.findtext(CONTENT).count("Rain.") == 1000


def test_dates_are_those_of_publication_and_of_the_last_change(write: Any) -> None:
    post = write(published_at="2024-04-05T12:30:00Z")
    Post.objects.update(revised_at="2024-05-06T07:08:09Z")
    (item,), (entry,) = items(), entries()
    assert item.findtext("pubDate") == "Fri, 05 Apr 2024 12:30:00 +0000"
    assert channel().findtext("lastBuildDate") == "Mon, 06 May 2024 07:08:09 +0000"
    assert entry.findtext(ATOM + "published") == "2024-04-05T12:30:00+00:00"
    assert entry.findtext(ATOM + "updated") == "2024-05-06T07:08:09+00:00"
    # Written long before it was published.
    Post.objects.filter(pk=post.pk).update(revised_at="2024-01-01T00:00:00Z")
    assert entries()[0].findtext(ATOM + "updated") == "2024-04-05T12:30:00+00:00"


def test_the_id_of_an_entry_does_not_depend_on_its_address_and_title(hostile: Post) -> None:
    before = items()[0].findtext("guid"), entries()[0].findtext(ATOM + "id")
    assert before[0] == before[1]
    with transaction.atomic():
        Post.objects.update(slug="storm", title="Storm", published_at=timezone.now())
        invalidate_pages()
    assert items()[0].findtext("link") == SITE + "/reviews/storm/"
    assert (items()[0].findtext("guid"), entries()[0].findtext(ATOM + "id")) == before


def test_titles_names_and_tags_are_escaped(hostile: Post) -> None:
    (item,), (entry,) = items(), entries()
    assert item.findtext("title") == entry.findtext(ATOM + "title") == "<b>Rain</b> & ]]> “storm”"
    assert item.findtext(CREATOR) == "Ada <ada> & Co"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada <ada> & Co"
    assert item.findtext("category") == "Rain & more"
    assert entry.find(ATOM + "category").get("term") == "Rain & more"


@pytest.mark.parametrize("field", ["title", "summary", "body", "verdict", "spoiler_note"])
@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/"])
def test_a_pasted_control_character_does_not_break_a_feed(
    field: str, path: str, write: Any
) -> None:
    write(**{"spoiler_level": "minor", field: "Bell \x07 and\x0btab \ufffe."})
    answer = Client().get(path)
    assert answer.status_code == 200
    assert "Bell" in ET.tostring(ET.fromstring(answer.content), encoding="unicode")  # noqa: S314  (our own feed)


def test_drafts_and_scheduled_posts_are_in_no_feed(write: Any) -> None:
    write(title="Out")
    write(title="Draft", published_at=None)
    write(title="Soon", published_at=timezone.now() + timedelta(hours=1))
    assert [item.findtext("title") for item in items()] == ["Out"]
    assert [entry.findtext(ATOM + "title") for entry in entries()] == ["Out"]


def test_the_newest_ten_come_first(write: Any) -> None:
    with transaction.atomic():
        for number in range(12):
            write(title=f"Rain {number}", published_at=f"2024-01-{number + 1:02}T00:00Z")
        invalidate_pages()
    newest = [f"Rain {n}" for n in range(11, 1, -1)]
    assert [item.findtext("title") for item in items()] == newest
    assert [entry.findtext(ATOM + "title") for entry in entries()] == newest


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/", "/tags/rain/feed/"])
def test_a_cached_feed_is_revalidated_without_being_sent_again(path: str, hostile: Post) -> None:
    first = wire(path, query="utm_source=reader")
    assert "set-cookie" not in first.headers
    again = wire(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert wire(path, method="HEAD").body == b""


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/", "/comments/feed/", "/sitemap.xml"])
def test_a_cached_feed_changes_when_a_scheduled_post_is_published(
    path: str, write: Any, say: Any, clock: Any
) -> None:
    say(post=write(slug="soon", title="soon", published_at=timezone.now() + timedelta(hours=1)))
    assert "soon" not in wire(path).text
    clock.move(hours=2)
    assert "soon" in wire(path).text


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/"])
def test_a_feed_only_accepts_get_and_head(path: str, db: None) -> None:
    assert Client().post(path).status_code == 405
