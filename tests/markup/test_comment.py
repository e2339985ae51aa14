"""Rendering of comments."""

import pytest

from markup import Rendered, render_comment

REL = 'rel="nofollow ugc noopener"'


def comment(text: str) -> Rendered:
    return render_comment(text, site_url="https://example.org", language="en")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("- a", "<ul>\n<li>a</li>\n</ul>"),
        ("# a", "<p># a</p>"),
        ("a\n===", "<p>a<br>\n===</p>"),
        ("|a|b|\n|-|-|", "<p>|a|b|<br>\n|-|-|</p>"),
        ("a[^1]\n\n[^1]: b", "<p>a[^1]</p>\n<p>[^1]: b</p>"),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
        ("I love it!<3", "<p>I love it!&lt;3</p>"),
        ("Very nice!<br />Yeah", "<p>Very nice!&lt;br /&gt;Yeah</p>"),
        ("So there!</p>", "<p>So there!&lt;/p&gt;</p>"),
    ],
)
def test_a_subset_of_markdown_is_supported(text: str, html: str) -> None:
    assert comment(text).html.strip() == html
    assert comment(text).problems == ()


def test_a_link_has_rel_for_search_engines() -> None:
    html = comment("[a](https://b.example)").html
    assert html.strip() == f'<p><a href="https://b.example" {REL}>a</a></p>'


@pytest.mark.parametrize(
    ("text", "address", "rest"),
    [
        ("https://a.example/b?c=d&e", "https://a.example/b?c=d&amp;e", ""),
        ("https://a.example.", "https://a.example", "."),
        ("https://a.example/b_(c)", "https://a.example/b_(c)", ""),
        ("https://a.example/b).", "https://a.example/b", ")."),
    ],
)
def test_a_bare_url_becomes_a_link(text: str, address: str, rest: str) -> None:
    assert comment(text).html.strip() == f'<p><a href="{address}" {REL}>{address}</a>{rest}</p>'


@pytest.mark.parametrize("text", ["https://", "ftp://a.example", "javascript://a", "`http://a.b`"])
def test_text_that_is_not_a_url_stays_text(text: str) -> None:
    assert "<a" not in comment(text).html


def test_a_bare_url_in_a_link_is_not_linked_twice() -> None:
    assert comment("[http://a.example](http://b.example)").html.count("<a") == 1


def test_a_bare_url_ends_before_a_spoiler_delimiter() -> None:
    rendered = comment("||http://a.example/b|| and >!http://c.example!<")
    assert 'href="http://a.example/b"' in rendered.html
    assert 'href="http://c.example"' in rendered.html
    assert rendered.masked_text == "[spoiler] and [spoiler]"


def test_a_picture_becomes_a_link() -> None:
    html = comment("![a *b*](https://c.example/d.png)").html
    assert html.strip() == f'<p><a href="https://c.example/d.png" {REL}>a b</a></p>'


def test_a_picture_with_a_forbidden_url_becomes_its_alternative_text_and_the_url() -> None:
    assert comment("![a](javascript:x)").html.strip() == "<p>a (javascript:x)</p>"


def test_a_picture_in_a_link_becomes_the_text_of_the_link() -> None:
    html = comment("[![a](/b)](/c)").html
    assert html.strip() == f'<p><a href="/c" {REL}>a</a></p>'


def test_a_comment_has_no_ids() -> None:
    text = "# a\n\n- ||b||\n\n::: spoiler\nc\n:::\n\n[d](#e)"
    assert " id=" not in comment(text).html
