"""The head of each page: metadata for browsers, search engines and link previews."""

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.conf import settings as site_settings
from django.template import Context, Template
from django.test import Client
from PIL import Image

from blog.models import Page, Picture, Post, SiteSettings, Tag, Work
from comments.models import CommentSettings
from tests.support.wire import wire

SITE = "https://reviews.example"
TITLE = 'Rain & “storm” <b> "it\'s"'


class Head:
    """A page's head, parsed as browsers do."""

    def __init__(self, text: str) -> None:
        self.tree = html5lib.parse(text, namespaceHTMLElements=False).find("head")
        self.title = [each.text for each in self.tree.iter("title")]

    def links(self, rel: str) -> list[Any]:
        return [link for link in self.tree.iter("link") if link.get("rel") == rel]

    def addresses(self, rel: str) -> list[str]:
        return [link.get("href") for link in self.links(rel)]

    def meta(self, name: str) -> list[str]:
        return [
            meta.get("content")
            for meta in self.tree.iter("meta")
            if name in (meta.get("name"), meta.get("property"))
        ]

    def only(self, name: str) -> str:
        (found,) = self.meta(name)
        return found


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def full(write: Any) -> Post:
    """Create a site with one of everything; return its post."""
    SiteSettings(name="Wet & Loud", tagline="Rain, reviewed").save()
    Picture.objects.bulk_create([Picture(file="pictures/1.webp", width=4, height=3, alt='A "cat"')])
    post = write(
        title=TITLE,
        slug="rain",
        summary='It "rains" & <pours>.',
        work=Work.objects.create(title="Rain", slug="rain", kind="film"),
        score=70,
        thumbnail=Picture.objects.get(),
        published_at="2024-04-05T12:30:00Z",
    )
    post.tags.add(Tag.objects.create(name="wet & cold", slug="濡れた"))
    Page.objects.create(title="About", slug="about", body="I am.", published_at="2024-01-01T00:00Z")
    for number in range(10):
        write(slug=f"other-{number}")
    return post


def file_at(address: str) -> BytesIO:
    """Return a static file as the site sends it."""
    answer = Client().get(address)
    assert answer.status_code == 200
    content = BytesIO(answer.getvalue())
    answer.close()
    return content


READERS = {
    "/": "/",
    "/?page=2": "/?page=2",
    "/?utm_source=x&page=2&q=1": "/?page=2",
    "/reviews/rain/": "/reviews/rain/",
    "/reviews/rain/?fbclid=1": "/reviews/rain/",
    "/tags/": "/tags/",
    "/tags/濡れた/": "/tags/%E6%BF%A1%E3%82%8C%E3%81%9F/",
    "/works/": "/works/",
    "/works/rain/": "/works/rain/",
    "/archive/": "/archive/",
    "/archive/2024/": "/archive/2024/",
    "/archive/2024/04/": "/archive/2024/04/",
    "/scores/": "/scores/",
    "/spoiler-free/": "/spoiler-free/",
    "/about/": "/about/",
    "/privacy/": "/privacy/",
}


@pytest.mark.parametrize("path", READERS)
def test_each_public_page_has_title_description_and_canonical_address(
    path: str, full: Post
) -> None:
    answer = Client().get(path, headers={"host": "localhost"})
    assert answer.status_code == 200
    head = Head(answer.content.decode())
    (title,) = head.title
    assert "Wet & Loud" in title
    assert "  " not in title
    assert head.only("description").strip()
    (canonical,) = head.addresses("canonical")
    assert canonical == head.only("og:url") == SITE + READERS[path]
    assert head.meta("robots") == []
    is_previewed(head)


def is_previewed(head: Head) -> None:
    """Assert that the four required properties occur once with absolute addresses (https://ogp.me)."""
    assert head.only("og:title")
    assert head.only("og:type") in ("website", "article")
    assert head.only("og:site_name") == "Wet & Loud"
    assert head.only("og:description") == head.only("description")
    assert head.only("og:locale") == "en_US"
    assert head.only("og:image").startswith(SITE + "/")
    assert int(head.only("og:image:width")) > 0
    assert int(head.only("og:image:height")) > 0
    assert head.only("og:image:type").startswith("image/")
    assert head.only("og:image:alt")
    assert head.only("twitter:card") == "summary_large_image"


@pytest.mark.parametrize("path", [*READERS, "/search/?q=rain", "/login/", "/nothing/here/"])
def test_every_page_links_to_the_sites_feeds_and_icons(path: str, full: Post) -> None:
    head = Head(Client().get(path).content.decode())
    feeds = {link.get("href"): link for link in head.links("alternate")}
    assert feeds["/feed/"].get("type") == "application/rss+xml"
    assert feeds["/feed/atom/"].get("type") == "application/atom+xml"
    for address, link in feeds.items():
        assert link.get("title")
        answer = Client().get(address)
        assert answer["Content-Type"].startswith(link.get("type"))
    for address in head.addresses("icon") + head.addresses("apple-touch-icon"):
        assert file_at(address).read()
    assert len(head.links("icon")) == 2


def test_a_post_and_a_tag_link_to_their_own_feeds(full: Post) -> None:
    assert Head(wire("/reviews/rain/").text).addresses("alternate")[2:] == [
        "/reviews/rain/feed/",
        "/reviews/rain/feed/atom/",
    ]
    tag = "/tags/%E6%BF%A1%E3%82%8C%E3%81%9F/"
    head = Head(Client().get(tag).content.decode())
    assert head.addresses("alternate")[2:] == [f"{tag}feed/", f"{tag}feed/atom/"]
    assert head.links("alternate")[2].get("title") == "Wet & Loud: wet & cold"


def test_the_link_preview_of_a_post_has_its_summary_and_picture(full: Post) -> None:
    head = Head(wire("/reviews/rain/").text)
    assert head.title == [TITLE + " - Wet & Loud"]
    assert head.only("og:title") == TITLE
    assert head.only("og:type") == "article"
    assert head.only("og:description") == 'It "rains" & <pours>.'
    assert head.only("og:image") == f"{SITE}/media/pictures/1.webp"
    assert (head.only("og:image:width"), head.only("og:image:height")) == ("4", "3")
    assert head.only("og:image:type") == "image/webp"
    assert head.only("og:image:alt") == 'A "cat"'
    published, modified = (
        datetime.fromisoformat(head.only(f"article:{name}_time"))
        for name in ("published", "modified")
    )
    assert published.isoformat() == "2024-04-05T12:30:00+00:00"
    assert published <= modified


def test_the_link_preview_of_a_page_without_a_picture_has_the_sites(full: Post) -> None:
    head = Head(wire("/reviews/other-1/").text)
    image = head.only("og:image")
    size = int(head.only("og:image:width")), int(head.only("og:image:height"))
    with Image.open(file_at(image.removeprefix(SITE))) as picture:
        assert picture.get_format_mimetype() == head.only("og:image:type")
        assert picture.size == size == (1200, 630)


def test_each_page_of_comments_has_its_own_canonical_address(full: Post, say: Any) -> None:
    CommentSettings(threads_per_page=1).save()
    for _number in range(2):
        say(post=full)
    head = Head(wire("/reviews/rain/", query="comments=2&utm_source=x").text)
    assert head.addresses("canonical") == [f"{SITE}/reviews/rain/?comments=2"]


@pytest.mark.parametrize("language", ["de", "ja", "pt-br", "eo"])
def test_the_locale_has_a_country_or_is_left_out(language: str, full: Post, settings: Any) -> None:
    settings.LANGUAGE_CODE = language
    expected = {"de": ["de_DE"], "ja": ["ja_JP"], "pt-br": ["pt_BR"], "eo": []}
    assert Head(wire("/").text).meta("og:locale") == expected[language]


def test_a_quote_in_a_translation_stays_within_its_attribute() -> None:
    page = Template('{% load seo %}{% named said %}a "b" & c{% endnamed %}<p title="{{ said }}">')
    (element,) = html5lib.parse(page.render(Context()), namespaceHTMLElements=False).iter("p")
    assert element.attrib == {"title": 'a "b" & c'}


HIDDEN = ["/nothing/here/", "/reviews/none/", "/?page=99"]


@pytest.mark.parametrize("path", [*HIDDEN, "/reviews/rain/comments/"])
def test_private_pages_are_not_indexed(path: str, full: Post) -> None:
    head = Head(Client().get(path).content.decode())
    assert "noindex" in head.only("robots")
    assert head.addresses("canonical") == head.meta("og:url") == []
    assert len(head.title) == 1


def test_receipts_and_refused_forms_are_not_indexed(full: Post, send: Any) -> None:
    refused = Head(send(to=full, email="").content.decode())
    receipt = Head(Client().get(send(to=full)["Location"]).content.decode())
    for head in (refused, receipt):
        assert "noindex" in head.only("robots")
        assert head.addresses("canonical") == []


def test_a_draft_is_not_indexed(write: Any, ada: Any, logged_in: Any) -> None:
    post = write(title="Soon", published_at=None)
    head = Head(logged_in(ada).get(post.get_absolute_url()).content.decode())
    assert head.only("robots") == "noindex"
    assert head.addresses("canonical") == head.meta("og:title") == []


def test_a_post_without_text_has_no_empty_description(write: Any) -> None:
    post = write(body="He drowns.", spoiler_level="major")
    head = Head(wire(post.get_absolute_url()).text)
    assert head.meta("description") == head.meta("og:description") == []


def test_the_theme_colours_are_those_of_the_page(db: None) -> None:
    css = (Path(site_settings.BASE_DIR) / "static/css/tokens.css").read_text()
    paper = re.search(r"--v-paper: light-dark\((#\w+), (#\w+)\)", css)
    assert paper is not None
    assert Head(wire("/").text).meta("theme-color") == list(paper.groups())


def test_the_faces_that_every_page_needs_are_named_before_the_style_sheets(db: None) -> None:
    before, _sheets = wire("/").text.split('rel="stylesheet"', 1)
    preloads = re.findall(r'<link rel="preload" as="font" [^>]*href="([^"]+)" crossorigin>', before)
    assert [re.sub(r"\.\w{12}\.", ".", address) for address in preloads] == [
        "/static/fonts/serif-latin.woff2",
        "/static/fonts/serif-latin-italic.woff2",
        "/static/fonts/sans-latin.woff2",
    ]


def test_every_face_of_the_style_sheet_is_there_with_its_licence(db: None) -> None:
    static = Path(site_settings.BASE_DIR) / "static"
    named = set(re.findall(r'url\("../fonts/([^"]+)"\)', (static / "css/fonts.css").read_text()))
    assert named == {path.name for path in (static / "fonts").glob("*.woff2")}
    for kind in {name.partition("-")[0] for name in named}:
        assert "SIL OPEN FONT LICENSE" in (static / f"fonts/{kind}-LICENSE.txt").read_text()


def test_the_icon_is_at_the_default_address_too(db: None) -> None:
    with Image.open(file_at("/favicon.ico")) as icon:
        assert icon.format == "ICO"
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
