"""Hostile texts in all that an author writes, and on every page that shows it."""

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
from blog.search import index
from tests.conftest import wire
from tests.support.hostile_texts import all_texts, packed, texts
from tests.support.html_inspection import faults, page_faults

ADD = "/admin/blog/post/add/"
SHORT = ("owasp/payloads.json", "bleach/regressions.json", "nh3/pairs.json", "blns/blns.json")
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@pytest.fixture
def author(olive: Any, logged_in: Any) -> Client:
    return logged_in(olive)


def one_line(most: int) -> list[str]:
    """The hostile texts that a field of one line takes, without the NUL that every form refuses."""
    found = [" ".join(text.replace("\0", "").split()) for name in SHORT for text in texts(name)]
    return [text for text in dict.fromkeys(found) if 0 < len(text) <= most]


def escaped(text: str) -> str:
    """With a backslash before each spoiler sign, of which many have no partner."""
    text = re.sub(r"(?<!\\)(\|\||>!|!<)", r"\\\1", text.replace("\0", ""))
    return text.replace("|||", "||\\|").replace(":::", "").replace("![", "!\\[")


def parts(text: str) -> str:
    """What an author would have to mend before the text is taken: tables with two bars."""
    return re.sub(r"^.*\|.*$", lambda row: row[0].replace("|", "\\|"), text, flags=re.M)


@pytest.fixture
def written(author: Client, send_form: Any, complete: dict[str, str]) -> list[Post]:
    """Posts that hold every text, sent through the admin's form and published."""
    lines, verdicts = cycle(one_line(200)), cycle(packed(all_texts()[:400], 3_000))
    for number, body in enumerate(packed(all_texts(), BODY_LIMIT - 20_000)):
        title = next(lines)
        response = send_form(
            author,
            ADD,
            **{
                **complete,
                "title": title,
                "slug": f"hostile-{number}",
                "body": parts(escaped(body)),
                "verdict": parts(escaped(next(verdicts))),
                "summary": next(lines),
                "spoiler_level": "minor",
                "spoiler_note": next(lines),
                "published_at_0": "2020-01-01",
                "published_at_1": f"00:{number:02}",
            },
        )
        assert response.status_code == 302, sentences(response.content.decode())
    return list(Post.objects.all())


def sentences(page: str) -> list[str]:
    return re.findall(r'<ul class="errorlist.*?</ul>', page, re.S)


def test_hostile_texts_are_harmless_wherever_posts_are_shown(
    written: list[Post], author: Client
) -> None:
    tags = [Tag(name=name[:50], slug=f"t-{n}") for n, name in enumerate(one_line(50))]
    Tag.objects.bulk_create(tags)
    names = iter(one_line(200))
    works = [Work(title=next(names), slug=f"w-{n}", kind="film", creators=next(names))
             for n in range(100)]  # fmt: skip
    Work.objects.bulk_create(works)
    for post, work in zip(written, Work.objects.filter(slug__startswith="w-"), strict=False):
        Post.objects.filter(pk=post.pk).update(work=work)
    written[0].tags.set(Tag.objects.all())
    Page.objects.create(title=next(names), slug="about", body=written[0].body[:20_000],
                        published_at=written[0].published_at)  # fmt: skip
    index.index_due_posts(threading.Event())
    addresses = ["/", "/tags/", "/works/", "/about/", "/tags/t-1/", "/archive/"]
    addresses.append(Post.objects.get(pk=written[0].pk).work.get_absolute_url())
    addresses += [post.get_absolute_url() for post in written]
    addresses += [f"/search/?q={quote('alert')}", "/404/"]
    for address in addresses:
        path, _, query = address.partition("?")
        answer = wire(path, query=query)
        assert answer.status in (200, 404), address
        assert page_faults(answer.text) == [], address
    for path in ("post", "tag", "work", "page"):
        assert page_faults(own_part(author.get(f"/admin/blog/{path}/").content.decode())) == []
    change = author.get(f"/admin/blog/post/{written[0].pk}/change/").content.decode()
    # Django's own form has more elements; what is typed stands in its fields alone.
    wrong = page_faults(own_part(change))
    assert [fault for fault in wrong if not fault.startswith("tag ")] == []
    feeds_are_harmless()


def own_part(page: str) -> str:
    """A page of the admin without the icons that Django's own templates draw."""
    return re.sub(r"<svg.*?</svg>|<!--.*?-->|<base[^>]*>", "", page, flags=re.S)


def feeds_are_harmless() -> None:
    rss = ET.fromstring(wire("/feed/").body)  # noqa: S314  (our own feed)
    atom = ET.fromstring(wire("/feed/atom/").body)  # noqa: S314  (our own file)
    contents = [item.findtext(CONTENT) for item in rss.iter("item")]
    contents += [entry.findtext(f"{ATOM}content") for entry in atom.iter(f"{ATOM}entry")]
    assert contents
    assert [fault for html in contents for fault in faults(html, masked=True)] == []


def test_hostile_texts_are_harmless_in_the_editors_preview(author: Client) -> None:
    for text in packed(all_texts(), 30_000):
        answer = author.post("/admin/preview/", {"content": text.replace("\0", "")})
        assert answer.status_code == 200
        assert "<script" not in answer.content.decode()


def test_structured_data_holds_each_title_as_it_is(write: Any) -> None:
    post = write(slug="structured")
    for title in [*one_line(200)[::90], "</script><script>alert(1)</script>", "<!--<script>"]:
        Post.objects.filter(pk=post.pk).update(title=title)
        page = Client().get("/reviews/structured/").content.decode()
        found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)
        assert found
        assert title in json.dumps(json.loads(found[1]), ensure_ascii=False).replace(
            "\\\\", "\\"
        ).replace('\\"', '"')
        assert page_faults(page) == []
