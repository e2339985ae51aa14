"""Hostile texts in every field that an author fills in, and on every page that shows them."""

import json
import re
import threading
import xml.etree.ElementTree as ET
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from blog.models import Page, Post, Tag, Work
from blog.models.publishable import BODY_LIMIT
from blog.rendering import render_body
from blog.search import index
from tests.support.hostile_texts import all_texts, pack, short_texts
from tests.support.html_inspection import faults, page_faults
from tests.support.wire import wire

ADD = "/admin/blog/post/add/"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@pytest.fixture
def author(olive: Any, logged_in: Any) -> Client:
    return logged_in(olive)


def single_line_texts(max_length: int) -> list[str]:
    """Return the texts that fit a one-line field, without NUL, which every form refuses."""
    lines = [" ".join(text.replace("\0", "").split()) for text in short_texts()]
    return [line for line in dict.fromkeys(lines) if 0 < len(line) <= max_length]


def escaped(text: str) -> str:
    """Put a backslash before each spoiler delimiter, because many are unpaired."""
    text = re.sub(r"(?<!\\)(\|\||>!|!<)", r"\\\1", text.replace("\0", ""))
    return text.replace("|||", "||\\|").replace(":::", "").replace("![", "!\\[")


def without_tables(text: str) -> str:
    """Escape the bars of tables, because the form refuses a table row with two bars."""
    return re.sub(r"^.*\|.*$", lambda row: row[0].replace("|", "\\|"), text, flags=re.M)


@pytest.fixture
def hostile_posts(author: Client, send_form: Any, complete: dict[str, str]) -> list[Post]:
    """Published posts that contain every text, sent through the admin's form."""
    lines, verdicts = cycle(single_line_texts(200)), cycle(pack(all_texts()[:400], 3_000))
    for number, body in enumerate(pack(all_texts(), BODY_LIMIT - 20_000)):
        title = next(lines)
        response = send_form(
            author,
            ADD,
            **{
                **complete,
                "title": title,
                "slug": f"hostile-{number}",
                "body": acceptable(without_tables(escaped(body))),
                "verdict": acceptable(without_tables(escaped(next(verdicts)))),
                "summary": next(lines),
                "spoiler_level": "minor",
                "spoiler_note": next(lines),
                "published_at_0": "2020-01-01",
                "published_at_1": f"00:{number:02}",
            },
        )
        assert response.status_code == 302, error_lists(response.content.decode())
    return list(Post.objects.all())


def acceptable(text: str) -> str:
    """Return a text without links, where it has some that authors have to mend first."""
    return re.sub(r"[\[<]", "(", text) if render_body(text).problems else text


def error_lists(page: str) -> list[str]:
    """Return the HTML of the form's error lists."""
    return re.findall(r'<ul class="errorlist.*?</ul>', page, re.S)


def test_hostile_texts_are_harmless_wherever_posts_are_shown(
    hostile_posts: list[Post], author: Client
) -> None:
    tags = [Tag(name=name[:50], slug=f"t-{n}") for n, name in enumerate(single_line_texts(50))]
    Tag.objects.bulk_create(tags)
    names = cycle(single_line_texts(200))
    works = [Work(title=next(names), slug=f"w-{n}", kind="film", creators=next(names))
             for n in range(100)]  # fmt: skip
    Work.objects.bulk_create(works)
    for post, work in zip(hostile_posts, Work.objects.filter(slug__startswith="w-"), strict=False):
        Post.objects.filter(pk=post.pk).update(work=work)
    hostile_posts[0].tags.set(Tag.objects.all())
    Page.objects.create(title=next(names), slug="about", body=hostile_posts[0].body[:20_000],
                        published_at=hostile_posts[0].published_at)  # fmt: skip
    index.index_due_posts(threading.Event())
    addresses = ["/", "/tags/", "/works/", "/about/", "/tags/t-1/", "/archive/"]
    addresses.append(Post.objects.get(pk=hostile_posts[0].pk).work.get_absolute_url())
    addresses += [post.get_absolute_url() for post in hostile_posts]
    addresses += [f"/search/?q={quote('alert')}", "/404/"]
    for address in addresses:
        path, _, query = address.partition("?")
        answer = wire(path, query=query)
        assert answer.status in (200, 404), address
        assert page_faults(answer.text) == [], address
    for path in ("post", "tag", "work", "page"):
        assert page_faults(own_part(author.get(f"/admin/blog/{path}/").content.decode())) == []
    change = author.get(f"/admin/blog/post/{hostile_posts[0].pk}/change/").content.decode()
    # The form of the admin uses more elements than our pages, but no text may add attributes.
    wrong = page_faults(own_part(change))
    assert [fault for fault in wrong if not fault.startswith("tag ")] == []
    assert_feeds_harmless()


def own_part(page: str) -> str:
    """Return an admin page without what Django's own templates add: icons and comments."""
    return re.sub(r"<svg.*?</svg>|<!--.*?-->|<base[^>]*>", "", page, flags=re.S)


def assert_feeds_harmless() -> None:
    """Check the content of each entry in both feeds."""
    rss = ET.fromstring(wire("/feed/").body)  # noqa: S314  (our own feed)
    atom = ET.fromstring(wire("/feed/atom/").body)  # noqa: S314  (our own feed)
    contents = [item.findtext(CONTENT) for item in rss.iter("item")]
    contents += [entry.findtext(f"{ATOM}content") for entry in atom.iter(f"{ATOM}entry")]
    assert contents
    assert [fault for html in contents for fault in faults(html, masked=True)] == []


def test_hostile_texts_are_harmless_in_the_editors_preview(author: Client) -> None:
    for text in pack(all_texts(), 30_000):
        answer = author.post("/admin/preview/", {"content": text.replace("\0", "")})
        assert answer.status_code == 200
        assert "<script" not in answer.content.decode()


def test_structured_data_holds_each_title_as_it_is(write: Any) -> None:
    post = write(slug="structured")
    for title in [
        *single_line_texts(200)[::90],
        "</script><script>alert(1)</script>",
        "<!--<script>",
    ]:
        Post.objects.filter(pk=post.pk).update(title=title)
        page = Client().get("/reviews/structured/").content.decode()
        found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)
        assert found
        assert title in json.dumps(json.loads(found[1]), ensure_ascii=False).replace(
            "\\\\", "\\"
        ).replace('\\"', '"')
        assert page_faults(page) == []
