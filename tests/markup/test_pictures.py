"""Pictures in a text: which are shown, in which sizes, and when they are loaded."""

import re

import html5lib
import pytest

from markup import Picture, Rendered, Rendition, picture_markdown, render_comment, render_post
from markup.sanitizer import sanitize, sanitize_masked
from tests.support.html_inspection import faults

SITE = "https://example.org"
SIZES = "(min-width: 66rem) 48rem, (min-width: 42rem) 38rem, 100vw"


def rendition(kind: str, width: int) -> Rendition:
    return Rendition(f"/media/{width}.{kind}", f"image/{kind}", width)


CASTLE = Picture("/media/castle.webp", 2000, 1000)
COMPLETE = CASTLE._replace(
    renditions=tuple(rendition(k, w) for k in ("webp", "jpeg", "avif") for w in (1600, 480, 800))
)


def post(text: str, picture: Picture = COMPLETE, *, eager_first_image: bool = False) -> Rendered:
    known = {picture.address: picture, "/media/tower.webp": Picture("/media/tower.webp", 8, 6)}
    return render_post(
        text, pictures=known, site_url=SITE, language="en", eager_first_image=eager_first_image
    )


def test_a_picture_is_offered_in_each_format_and_width() -> None:
    html = post("See ![A castle](/media/castle.webp).").html.strip()
    avif = "/media/480.avif 480w, /media/800.avif 800w, /media/1600.avif 1600w"
    assert html == (
        "<p>See <picture>"
        f'<source type="image/avif" srcset="{avif}" sizes="{SIZES}">'
        f'<source type="image/webp" srcset="{avif.replace("avif", "webp")}" sizes="{SIZES}">'
        '<img src="/media/800.jpeg" alt="A castle" width="2000" height="1000"'
        ' loading="lazy" decoding="async"></picture>.</p>'
    )
    assert faults(html) == []


def test_a_picture_without_renditions_is_one_plain_image() -> None:
    assert post("![A castle](/media/castle.webp)", CASTLE).html.replace("\n", "") == (
        '<figure><img src="/media/castle.webp" alt="A castle" width="2000" height="1000"'
        ' loading="lazy" decoding="async"></figure>'
    )


def test_a_transparent_picture_has_a_class_on_its_page_only() -> None:
    clear = CASTLE._replace(has_transparency=True)
    rendered = post("![A castle](/media/castle.webp) ![A tower](/media/tower.webp)", clear)
    assert rendered.html.count("class=") == 1
    assert 'height="1000" class="transparent" loading' in rendered.html
    assert "class" not in rendered.masked_html
    assert sanitize('<img src="/a" class="transparent evil">') == (
        '<img src="/a" class="transparent">'
    )


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("![A green field](/media/x.webp)", "“A green field (/media/x.webp)” isn't"),
        ("![](/media/x.webp)", "“/media/x.webp” isn't"),
        ("![One two three four five six](/media/x.webp)", "“One two three four five… (/media/"),
    ],
)
def test_the_message_about_an_unknown_picture_starts_with_its_text(typed: str, named: str) -> None:
    [message] = post(typed).problems
    assert message.startswith(named)


def test_only_existing_renditions_are_offered() -> None:
    partial = CASTLE._replace(renditions=(rendition("avif", 1600),))
    html = post("![A castle](/media/castle.webp)", partial).html
    assert re.findall(r"/media/[\w.]+", html) == ["/media/1600.avif", "/media/castle.webp"]


def test_the_plain_image_is_the_jpeg_of_medium_size() -> None:
    assert COMPLETE.src == "/media/800.jpeg"
    assert CASTLE._replace(renditions=(rendition("jpeg", 480),)).src == "/media/480.jpeg"
    assert CASTLE._replace(renditions=(rendition("avif", 800),)).src == CASTLE.address


def test_masked_html_holds_one_plain_absolute_image() -> None:
    html = post("See ![A castle](/media/castle.webp).", eager_first_image=True).masked_html.strip()
    img = f'<img src="{SITE}/media/800.jpeg" alt="A castle" width="2000" height="1000">'
    assert html == f"<p>See {img}.</p>"
    assert faults(html, masked=True) == []


@pytest.mark.parametrize(
    "before",
    [
        "",
        "||![A](/media/castle.webp)||\n\n",
        "::: spoiler end\n![A](/media/castle.webp)\n:::\n\n",
        "A note[^1].\n\n[^1]: ![A](/media/castle.webp)\n\n",
    ],
)
def test_only_the_first_picture_outside_spoilers_is_loaded_eagerly(before: str) -> None:
    text = f"{before}![B](/media/tower.webp)\n\n![C](/media/castle.webp)"
    for eager_first_image, eager in ((True, ["B"]), (False, [])):
        html = post(text, eager_first_image=eager_first_image).html
        images = list(html5lib.parseFragment(html, namespaceHTMLElements=False).iter("img"))
        assert len(images) == (3 if before else 2)
        assert [i.get("alt") for i in images if i.get("fetchpriority") == "high"] == eager
        lazy = [i.get("alt") for i in images if i.get("loading") == "lazy"]
        assert sorted([*lazy, *eager]) == sorted(i.get("alt") for i in images)


@pytest.mark.parametrize("text", ["||{}||", "::: spoiler\n{}\n:::", "a[^1]||b[^1]||\n\n[^1]: {}"])
def test_no_file_of_a_hidden_picture_is_named_outside_its_spoiler(text: str) -> None:
    rendered = post(text.format("![A castle](/media/castle.webp)"), eager_first_image=True)
    assert "/media/480.avif" in rendered.html
    tree = html5lib.parseFragment(rendered.html, namespaceHTMLElements=False)
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.get("class") == "spoiler":
                parent.remove(child)
    assert not {"img", "source", "picture"} & {element.tag for element in tree.iter()}
    for masked in (rendered.masked_html, rendered.masked_text):
        assert "media" not in masked
        assert "castle" not in masked


@pytest.mark.parametrize(
    "typed",
    [
        "<picture><source srcset='/media/castle.webp 1w'><img src='/media/castle.webp'></picture>",
        "<img srcset='https://evil.example/x 1w' src='/media/castle.webp'>",
        "<source srcset=x>",
    ],
)
def test_html_typed_by_an_author_stays_text(typed: str) -> None:
    for rendered in (post(typed), render_comment(typed, site_url=SITE, language="en")):
        for html in (rendered.html, rendered.masked_html):
            assert not re.search("<(picture|source|img)", html)
            assert "srcset=" in html


@pytest.mark.parametrize(
    "srcset", ["javascript:x 480w", "/a 480w, //evil.example 800w", "data:image/png,x 1w", "x.png"]
)
def test_the_sanitizer_removes_forbidden_srcset_urls(srcset: str) -> None:
    html = f'<picture><source type="image/webp" srcset="{srcset}"><img src="/a" alt=""></picture>'
    assert sanitize(html) == '<picture><source type="image/webp"><img src="/a" alt=""></picture>'
    assert sanitize_masked(html) == '<img src="/a" alt="">'


def test_a_few_characters_cannot_repeat_many_sizes() -> None:
    html = post("[a]: /media/castle.webp\n\n" + "![a]\n\n" * 9_000).html
    assert html.count("<img") > 8_000
    assert len(html) < 1_500_000


def test_markdown_for_a_picture_shows_its_alternative_text() -> None:
    assert picture_markdown("A [sic]  street", "/a.webp") == r"![A \[sic\] street](/a.webp)"
