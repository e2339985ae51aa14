"""The feed: valid, absolute by the site's own address, and without spoilers."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from blog import pages
from blog.models import Post, SiteSettings, Tag

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
SITE = "https://reviews.example"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def channel(**headers: str) -> Any:
    """The feed as a reader's program parses it."""
    answer = Client().get("/feed/", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    return ET.fromstring(answer.content).find("channel")  # noqa: S314  (our own feed)


def items(**headers: str) -> list[Any]:
    found: list[Any] = channel(**headers).findall("item")
    return found


def test_an_empty_feed_is_valid(db: None) -> None:
    assert items() == []
    assert channel().findtext("title") == "Verdict"
    assert channel().findtext("description")


def test_the_channel_speaks_of_the_site(post: Post) -> None:
    SiteSettings(name="Wet & Loud", tagline="Rain, reviewed").save()
    found = channel()
    assert found.findtext("title") == "Wet & Loud"
    assert found.findtext("description") == "Rain, reviewed"
    assert found.findtext("link") == SITE + "/"
    assert found.find(ATOM_LINK).get("href") == SITE + "/feed/"
    assert found.findtext("language") == "en"


def test_addresses_are_the_sites_whatever_the_host(write: Any) -> None:
    write(
        title="Rain",
        slug="rain",
        body="See [the other](/reviews/hail/), [the next](../snow/) and [there](https://a.example/).",
    )
    (item,) = items(host="localhost")
    assert item.findtext("link") == item.findtext("guid") == SITE + "/reviews/rain/"
    text = ET.tostring(channel(host="localhost"), encoding="unicode")
    assert "localhost" not in text
    assert "testserver" not in text
    content = item.findtext(CONTENT)
    assert f'href="{SITE}/reviews/hail/"' in content
    assert 'href="https://a.example/"' in content
    assert 'href="/' not in content
    assert 'href=".' not in content


def test_spoilers_are_masked_and_the_rest_is_whole(write: Any) -> None:
    write(body="It *rains*, ||it stops||.\n\n::: spoiler end\nIt floods.\n:::\n\nGood.")
    (item,) = items()
    content = item.findtext(CONTENT)
    assert "<em>rains</em>" in content
    assert "<p>Good.</p>" in content
    assert content.count("[spoiler]") == 2
    for hidden in ("it stops", "It floods"):
        assert hidden not in ET.tostring(item, encoding="unicode")
    for control in ("<details", "<input", "class="):
        assert control not in content


def test_of_major_spoilers_the_description_is_no_body(write: Any) -> None:
    write(body="He drowns in the end.", spoiler_level="major", verdict="Wet.")
    assert items()[0].findtext("description") == "Wet."


def test_dates_are_those_of_mail_with_their_zone(write: Any) -> None:
    write(published_at="2024-04-05T12:30:00Z")
    (item,) = items()
    assert item.findtext("pubDate") == "Fri, 05 Apr 2024 12:30:00 +0000"
    assert parsedate_to_datetime(channel().findtext("lastBuildDate")).tzinfo is not None


def test_titles_names_and_tags_are_escaped(write: Any, ada: Any) -> None:
    ada.first_name = "Ada <ada> & Co"
    ada.save()
    post = write(title="<b>Rain</b> & ]]> “storm”", summary="5 < 6 & 7")
    post.tags.add(Tag.objects.create(name="R&D <x>", slug="rd"))
    (item,) = items()
    assert item.findtext("title") == "<b>Rain</b> & ]]> “storm”"
    assert item.findtext("description") == "5 < 6 & 7"
    assert item.findtext(CREATOR) == "Ada <ada> & Co"
    assert item.findtext("category") == "R&D <x>"


@pytest.mark.parametrize("field", ["title", "summary", "body"])
def test_a_pasted_control_character_does_not_break_the_feed(
    field: str, ada: Any, logged_in: Any, send_form: Any
) -> None:
    values = {"title": "Rain", "slug": "rain", "body": "Wet.", "published_at_0": "2020-01-01"}
    values |= {"published_at_1": "12:00", field: "Bell \x07 and\x0btab"}
    send_form(logged_in(ada), "/admin/blog/post/add/", **values)  # taken or refused, as it likes
    assert Client(raise_request_exception=False).get("/feed/").status_code == 200


def test_drafts_and_scheduled_posts_are_not_in_it(write: Any) -> None:
    write(title="Out")
    write(title="Draft", published_at=None)
    write(title="Soon", published_at=timezone.now() + timedelta(hours=1))
    assert [item.findtext("title") for item in items()] == ["Out"]


def test_the_newest_ten_come_first(write: Any) -> None:
    with transaction.atomic():
        for number in range(12):
            write(title=f"Rain {number}", published_at=f"2024-01-{number + 1:02}T00:00Z")
        pages.changed()
    assert [item.findtext("title") for item in items()] == [f"Rain {n}" for n in range(11, 1, -1)]


def test_a_feed_sets_no_cookie_and_may_be_asked_with_head(post: Post, client: Client) -> None:
    assert not client.get("/feed/").cookies
    assert client.head("/feed/").status_code == 200
