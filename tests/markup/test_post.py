"""Rendering of posts."""

import re

import pytest

from markup import Picture, Rendered, picture_addresses, render_post, version

PICTURE = "/media/pictures/ab12.webp"
IMG = f'<img src="{PICTURE}" alt="A castle" width="800" height="600" '
IMG += 'loading="lazy" decoding="async">'


def post(text: str, language: str = "en") -> Rendered:
    known = {PICTURE: Picture(PICTURE, 800, 600)}
    return render_post(text, pictures=known, site_url="https://example.org", language=language)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("a\nb", "<p>a\nb</p>"),
        ("a\\\nb", "<p>a<br>\nb</p>"),
        ("---", "<hr>"),
        ("```python\na < b\n```", '<pre tabindex="0"><code>a &lt; b\n</code></pre>'),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>"),
        ("    >!a", '<pre tabindex="0"><code>&gt;!a\n</code></pre>'),
    ],
)
def test_plain_markdown_becomes_html(text: str, html: str) -> None:
    assert post(text).html.strip() == html
    assert post(text).problems == ()


@pytest.mark.parametrize(
    "address",
    ["https://a.example/b", "http://a.example/", "mailto:a@b.example", "/about/", "#h-end"],
)
def test_allowed_urls_are_linked(address: str) -> None:
    assert post(f"[a]({address})").html.strip() == f'<p><a href="{address}">a</a></p>'


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example",
        "data:text/html,x",
        "ftp://a.b",
        "irc://a.b",
        "page.html",
        "JAVASCRIPT:x",
        "vbscript:x",
        "<java\tscript:x>",
        "&#106;avascript:x",
    ],
)
def test_links_to_other_urls_become_their_text(address: str) -> None:
    html = post(f"[words]({address}) <{address}>").html
    assert "<a" not in html
    assert "words" in html


@pytest.mark.parametrize("address", ["/\\evil.example", "</\t/evil.example>"])
def test_a_url_that_browsers_would_resolve_to_another_host_is_escaped(
    address: str,
) -> None:
    assert 'href="/%' in post(f"[a]({address})").html


def test_a_link_in_a_link_becomes_its_text() -> None:
    html = post("[a <https://b.example> c](/d)").html
    assert html.strip() == '<p><a href="/d">a https://b.example c</a></p>'


def test_headings_start_at_the_second_level_and_end_at_the_sixth() -> None:
    assert '<h2 id="h-one">One</h2>' in post("# One").html
    assert '<h6 id="h-six">Six</h6>' in post("# One\n\n###### Six").html


def test_the_highest_heading_is_the_second_level_whatever_the_author_starts_with() -> None:
    html = post("## Part\n\n### Chapter").html
    assert '<h2 id="h-part">' in html
    assert '<h3 id="h-chapter">' in html


def test_headings_with_the_same_text_have_different_ids() -> None:
    ids = re.findall(r'id="([^"]+)"', post("# A\n# A\n# A 2\n# A").html)
    assert ids == ["h-a", "h-a-2", "h-a-2-2", "h-a-3"]


def test_a_heading_in_japanese_has_a_readable_id() -> None:
    assert 'id="h-日本語-タイトル"' in post("## 日本語 タイトル").html


def test_a_heading_with_only_punctuation_has_an_id() -> None:
    assert 'id="h-section"' in post("# !?").html


def test_a_table_can_be_scrolled_by_keyboard_and_aligns_without_styles() -> None:
    html = post("| a | b |\n|:-:|--:|\n| 1 | 2 |").html
    assert html.startswith('<div class="table" role="group" tabindex="0" aria-label="Table">')
    assert '<th class="align-center">a</th>' in html
    assert '<td class="align-right">2</td>' in html
    assert "style" not in html


def test_a_picture_alone_becomes_a_figure_captioned_with_its_title() -> None:
    html = post(f'![A castle]({PICTURE} "The *last* episode")').html
    caption = "<figcaption>The <em>last</em> episode</figcaption>"
    assert re.sub(r"\n", "", html) == f"<figure>{IMG}{caption}</figure>"


def test_a_picture_without_title_has_no_caption() -> None:
    assert re.sub(r"\n", "", post(f"![A castle]({PICTURE})").html) == f"<figure>{IMG}</figure>"


def test_a_picture_in_a_sentence_stays_in_its_paragraph() -> None:
    assert post(f"See ![A castle]({PICTURE}).").html.strip() == f"<p>See {IMG}.</p>"


def test_a_picture_without_alternative_text_is_no_problem() -> None:
    rendered = post(f"![]({PICTURE})")
    assert 'alt=""' in rendered.html
    assert rendered.problems == ()


def test_an_unknown_picture_is_a_problem_and_becomes_its_alternative_text() -> None:
    rendered = post('![A *tall* tower](https://evil.example/x.png "t")')
    assert rendered.html.strip() == "<p>A tall tower</p>"
    assert len(rendered.problems) == 1
    assert (
        "“A tall tower (https://evil.example/x.png) t” isn't a picture uploaded"
        in rendered.problems[0]
    )


def test_picture_addresses_are_found_by_parsing() -> None:
    shown = "![a](/1) [![c][d]](/x) ||![h](/7)||\n\n[d]: /5 '![g](/6)'\n\n"
    not_shown = "`![b](/2)` \\![e](/3)\n\n    ![f](/4)"
    text = shown + not_shown
    assert picture_addresses(text) == {"/1", "/5", "/7"}


def test_footnotes_are_numbered_and_link_back() -> None:
    html = post("One[^b] two[^a] three[^b].\n\n[^a]: First.\n[^b]: Second.\n[^c]: Unused.").html
    assert '<a href="#fn-1" id="fnref-1" role="doc-noteref" aria-label="Footnote 1">[1]</a>' in html
    assert html.index('<li id="fn-1">\n<p>Second.') < html.index('<li id="fn-2">\n<p>First.')
    assert 'href="#fnref-1"' in html
    assert 'href="#fnref-1-2" role="doc-backlink" aria-label="back to text, reference 2"' in html
    assert "Unused" not in html


def test_every_fragment_link_has_its_target() -> None:
    html = post("# A\n\nb[^1] c[^1] d[^2]\n\n[^1]: e[^2]\n[^2]: f[^1]").html
    ids = re.findall(r'id="([^"]+)"', html)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert len(ids) == len(set(ids))


def test_masked_html_works_outside_the_site() -> None:
    text = f"# A\n\n[b](/c) [d](#h-a)[^1] ![A castle]({PICTURE})\n\n|a|\n|-|\n\n[^1]: Note"
    html = post(text).masked_html
    assert '<a href="https://example.org/c">b</a> d<sup>[1]</sup>' in html
    assert f'src="https://example.org{PICTURE}"' in html
    assert not re.search(r"\bid=|<input|<details|<div|<section|#|tabindex", html)
    assert "Note" in html


def test_masked_text_is_one_line_of_plain_text() -> None:
    text = "# A & b\n\n- *c*\n- `d`\n\n```\ne\n f\n```\n<i>"
    assert post(text).masked_text == "A & b c d e f <i>"


def test_text_beyond_the_limit_is_cut_off() -> None:
    assert post("a" * 70_000).masked_text == "a" * 65_535


def test_characters_that_are_invalid_in_xml_are_replaced() -> None:
    rendered = post("a\x00b\x1fc\ud800d\ufdd0e\uffff")
    assert rendered.masked_text == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
    rendered.html.encode()


def test_the_version_contains_the_language() -> None:
    assert re.fullmatch(r"\d+-de", version("de"))


def test_a_few_characters_cannot_make_many_cells() -> None:
    text = ("|a" * 250 + "|\n" + "|-" * 250 + "|\n" + "|\n" * 260 + "\n") * 40
    assert post(text).html.count("<td") < 20_000


def test_a_few_characters_cannot_repeat_a_long_url_or_title() -> None:
    address = "[a]: /" + "b" * 20_000 + f" '{'c ' * 5_000}'\n\n"
    assert len(post(address + "[a]\n\n" * 6_000).html) < 1_000_000
    assert len(post(address + "![a]\n\n" * 5_000).html) < 1_000_000


def test_deep_nesting_is_no_error() -> None:
    for opening in (">", "- ", "*a ", "[", "![", "::: spoiler\n", ">!a ", "**", "> - "):
        post(opening * 3_000)
