"""Hostile texts in every field of the comment form, and on every page that shows a comment."""

import re
import xml.etree.ElementTree as ET
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import html5lib
import pytest
from django.core.exceptions import ValidationError

from comments.forms import WebsiteField
from comments.models import BODY_LIMIT, Comment, CommentSettings, Status
from core.text import normalize
from tests.support.hostile_texts import all_texts, pack, short_texts
from tests.support.html_inspection import faults, page_faults, tree_faults
from tests.support.wire import wire

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
# Characters that Markdown does not show as they are.
MARKUP = re.compile(
    r"[\\`*_~\[\]&|\x00-\x1f\ufffe]|^\s*(?:[>+-]|\d+[.)])|<[\w.+-]+[:@]|!<|>!|:::|http", re.M
)


def parsed(page: str) -> Any:
    return html5lib.parse(page, namespaceHTMLElements=False)


def bodies(tree: Any) -> str:
    """Return the text of all comments on a page, without white space."""
    elements = [each for each in tree.iter() if each.get("class") == "comment-body"]
    return "".join("".join("".join(each.itertext()).split()) for each in elements)


def typed_text(page: str) -> str:
    area = parsed(page).find(".//textarea[@name='body']")
    return (area.text or "").removeprefix("\n")


def escaped(text: str) -> str:
    """Put a backslash before each spoiler delimiter, because many are unpaired."""
    return re.sub(r"(?<!\\)(\|\||>!|!<)", r"\\\1", text).replace("|||", "||\\|").replace(":::", "")


@pytest.fixture
def rules(db):
    CommentSettings(flood_seconds=0, threads_per_page=200).save()


def hostile_websites() -> list[str]:
    """Return the texts that the form accepts as a website."""
    websites = []
    for text in dict.fromkeys(all_texts()):
        try:
            websites.append(WebsiteField().clean(text))
        except ValidationError:
            continue
    return [website for website in websites if website]


def test_hostile_texts_are_harmless_wherever_comments_are_shown(
    send, rules, post, client, mo, logged_in
):
    names = [text for text in short_texts() if 0 < len(text) <= 100]
    websites = [*hostile_websites(), ""]
    refused: list[str] = []
    for number, body in enumerate(pack(all_texts(), BODY_LIMIT - 100)):
        fields = {
            "name": names[number % len(names)],
            "website": websites[number % len(websites)],
            "email": f"r{number}@example.com",
            "address": f"2001:db8::{number:x}",
        }
        response = send(body=body, **fields)
        if response.status_code == 400:
            page = response.content.decode()
            refused.append(page)
            if "\0" not in body and "\x0c" not in body:
                assert typed_text(page).strip() == body.strip()
            safe = re.sub("[\0]", "", escaped(body))
            fields["name"] = fields["name"] if "Please enter your name" not in page else "Rita"
            response = send(body=safe, **fields)
        assert response.status_code == 303, response.content.decode()[:20_000]
        if number % 20 == 0:
            assert page_faults(client.get(response["Location"]).content.decode()) == []
    assert [fault for page in refused[:6] for fault in page_faults(page)] == []
    moderator = logged_in(mo)
    queue = moderator.get("/moderation/").content.decode()
    assert page_faults(queue) == []
    for pk in Comment.objects.values_list("pk", flat=True)[:4]:
        assert page_faults(moderator.get(f"/moderation/{pk}/").content.decode()) == []
    Comment.objects.update(status=Status.APPROVED)
    tree = parsed(wire(post.get_absolute_url()).text)
    assert list(tree_faults(tree)) == []
    shown = bodies(tree)
    plain = [normalize(text) for text in all_texts() if text.strip() and not MARKUP.search(text)]
    assert len(plain) >= 10
    assert [text for text in plain if "".join(text.split()) not in shown] == []
    for pk in Comment.objects.values_list("pk", flat=True)[:4]:
        page = wire(f"/reviews/{post.slug}/comments/", query=f"parent={pk}").text
        assert page_faults(page) == []
    for path in ("/comments/feed/", f"/reviews/{post.slug}/feed/"):
        assert_feed_harmless(path)


def assert_feed_harmless(path: str) -> None:
    """Check that the feeds are well-formed XML and that all HTML in them is masked."""
    rss = ET.fromstring(wire(path).body)  # noqa: S314  (our own feed)
    for item in rss.iter("item"):
        assert faults(item.findtext(CONTENT), masked=True) == []
        assert faults(item.findtext("description"), masked=True) == []
    atom = ET.fromstring(wire(f"{path}atom/").body)  # noqa: S314  (our own feed)
    for entry in atom.iter(f"{ATOM}entry"):
        assert faults(entry.findtext(f"{ATOM}content"), masked=True) == []


def test_hostile_names_are_text(say, rules, post):
    # PostgreSQL stores no NUL; the form removes it.
    names = [text.replace("\0", "") for text in short_texts() if 0 < len(text) <= 100]
    first = say(name=names[0])
    Comment.objects.bulk_create(
        Comment(
            post=post, parent=first, thread=first, name=name, body="x", body_html="<p>x</p>",
            status=Status.APPROVED, receipt=str(number), website="https://a.example/",
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    tree = parsed(wire(post.get_absolute_url()).text)
    assert list(tree_faults(tree)) == []
    for each in tree.findall(".//h3[@class='comment-name']"):
        assert [child.tag for child in each.iter()] in (["h3", "bdi", "a"], ["h3", "bdi"])
    assert_feed_harmless("/comments/feed/")


def test_no_hostile_text_is_taken_for_a_website_but_addresses_of_the_web(rules):
    for website in hostile_websites():
        assert re.match("https?://", website)


def test_hostile_texts_are_harmless_in_the_search(rules, post):
    queries = all_texts()
    pages = []
    for text in islice(pack(queries, 180), 0, None, 10):  # all of them take minutes
        answer = wire("/search/", query=urlencode({"q": text.encode(errors="replace")}))
        assert answer.status == 200
        pages.append(answer.text)
    assert [fault for page in pages for fault in page_faults(page)] == []
    assert not any("<script>" in page for page in pages)
