"""Check that a feed follows the rules of RSS 2.0 and Atom.

RSS: https://www.rssboard.org/rss-specification and its profile; Atom: RFC 4287; tag URIs: RFC 4151.
"""

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import html5lib
from django.test import Client

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[!-~]+")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


def fetched(path: str, kind: str, **headers: str) -> Any:
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"application/{kind}+xml; charset=utf-8"
    return ET.fromstring(answer.content)  # noqa: S314  (our own feed)


def rss(path: str, site: str, **headers: str) -> Any:
    """Return the channel of an RSS feed; assert that the feed is valid."""
    root = fetched(path, "rss", **headers)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert [len(each.text.strip()) > 0 for each in channel.findall(name)] == [True], name
    is_absolute(channel.findtext("link"), site)
    assert RFC_822.fullmatch(channel.findtext("lastBuildDate"))
    (own,) = channel.findall(f"{ATOM}link[@rel='self']")
    assert own.get("href") == site + path
    items = channel.findall("item")
    different([item.findtext("guid") for item in items])
    for item in items:
        is_item(item, site)
    return channel


def is_item(item: Any, site: str) -> None:
    for name in ("title", "link", "guid", "pubDate", "description", CONTENT, CREATOR):
        assert len(item.findall(name)) == 1, name
    assert item.findtext("title").strip()
    is_absolute(item.findtext("link"), site)
    # The guid is not a permanent link, so it must say so.
    assert item.find("guid").get("isPermaLink") == "false"
    assert TAG_URI.fullmatch(item.findtext("guid"))
    assert RFC_822.fullmatch(item.findtext("pubDate"))
    assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo is not None
    is_html(item.findtext("description"), site)
    is_html(item.findtext(CONTENT), site)
    # `author` would have to contain an e-mail address, which is private.
    assert item.find("author") is None
    assert "@" not in item.findtext(CREATOR)


def atom(path: str, site: str, **headers: str) -> Any:
    """Return the root of an Atom feed; assert that the feed is valid."""
    feed = fetched(path, "atom", **headers)
    assert feed.tag == ATOM + "feed"
    assert feed.get(XML + "lang")
    one_of_each(feed, "id", "title", "updated")
    assert links(feed, "self") == [site + path]
    (alternate,) = links(feed, "alternate")
    is_absolute(alternate, site)
    assert feed.findtext(f"{ATOM}author/{ATOM}name").strip()
    entries = feed.findall(ATOM + "entry")
    different([entry.findtext(ATOM + "id") for entry in entries])
    for entry in entries:
        is_entry(entry, site)
    changes = [when(entry, "updated") for entry in entries]
    assert when(feed, "updated") == max(changes, default=when(feed, "updated"))
    return feed


def is_entry(entry: Any, site: str) -> None:
    one_of_each(entry, "id", "title", "updated", "published", "summary", "content", "author")
    assert TAG_URI.fullmatch(entry.findtext(ATOM + "id"))
    (alternate,) = links(entry, "alternate")
    is_absolute(alternate, site)
    assert when(entry, "published") <= when(entry, "updated")
    assert entry.findtext(f"{ATOM}author/{ATOM}name").strip()
    assert entry.find(f"{ATOM}author/{ATOM}email") is None
    for name in ("summary", "content"):
        element = entry.find(ATOM + name)
        # Type html: escaped text without child elements.
        assert (element.get("type"), list(element)) == ("html", [])
        is_html(element.text or "", site)


def one_of_each(parent: Any, *names: str) -> None:
    for name in names:
        assert len(parent.findall(ATOM + name)) == 1, name
    assert urlsplit(parent.findtext(ATOM + "id")).scheme
    assert parent.findtext(ATOM + "title").strip()
    assert RFC_3339.fullmatch(parent.findtext(ATOM + "updated"))


def links(parent: Any, rel: str) -> list[str]:
    return [link.get("href") for link in parent.findall(f"{ATOM}link") if link.get("rel") == rel]


def when(parent: Any, name: str) -> datetime:
    at = datetime.fromisoformat(parent.findtext(ATOM + name))
    assert at.utcoffset() is not None
    assert isinstance(at.utcoffset(), timedelta)
    return at


def different(ids: list[str]) -> None:
    assert len(set(ids)) == len(ids)


def is_absolute(address: str, site: str) -> None:
    assert address.startswith(site + "/")
    assert address.isascii()


def is_html(text: str, site: str) -> None:
    """Assert that HTML works in any reader: absolute addresses, no scripts, styles or controls."""
    tree = html5lib.parseFragment(text, namespaceHTMLElements=False)
    for element in tree.iter():
        assert element.tag not in ("script", "style", "details", "input", "form", "iframe")
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
        for name in ("href", "src"):
            if address := element.get(name):
                assert urlsplit(address).scheme in ("http", "https", "mailto"), address
        if element.tag == "img":
            assert element.get("src", "").startswith(site + "/")
            assert element.get("alt") is not None
