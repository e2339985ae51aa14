"""Addresses in a text become links as they were typed, in every script."""

import pytest

from markup import render_comment, render_post

REL = ' rel="nofollow ugc noopener"'


def comment(text: str) -> str:
    html = render_comment(text, site_url="https://example.org", language="en").html
    return html.strip().replace(REL, "").removeprefix("<p>").removesuffix("</p>")


def post(text: str) -> str:
    html = render_post(text, pictures={}, site_url="https://example.org", language="en").html
    return html.strip().removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize("render", [comment, post])
@pytest.mark.parametrize(
    "address",
    [
        "https://foo.example/_/A",
        "https://example.org/f/_foo_/bar",
        "https://twitter.example/_user_/status/1",
        "https://en.wikipedia.org/wiki/_Underscore_(film)",
        "https://www.youtube.com/watch?v=-_a_-b_-",
        "https://e.org/a?b=*c*",
        "https://open.example/track/4*8*2",
        "https://example.org/a~~b~~c",
        "https://social.example/@some_user_",
        "http://localhost:8000/a",
        "https://en.wikipedia.org/wiki/Michelson–Morley_experiment",
        "https://ja.wikipedia.org/wiki/日本",
    ],
)
def test_an_address_with_markdown_signs_stays_whole(render, address: str) -> None:
    html = render(f"see {address}, and *this* and {address} ok")
    assert html.count(f">{address}</a>") == 2
    assert "<em>this</em>" in html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("詳しくはhttps://example.org/foo。", "https://example.org/foo"),
        ("（https://example.org/bar）も。これは**「重要」**です。", "https://example.org/bar"),
        ("見て→https://example.org/x！", "https://example.org/x"),
        ("「https://example.org/y」を見て", "https://example.org/y"),
        ("„https://example.org/foo“", "https://example.org/foo"),
        ("«https://example.org/bar»", "https://example.org/bar"),
        ("https://example.org/x…", "https://example.org/x"),
        ("(https://example.org/a_(b)).", "https://example.org/a_(b)"),
        ("**https://example.org/b**", "https://example.org/b"),
        ("_https://example.org/c_", "https://example.org/c"),
        ("**Read https://example.org/d_ now**", "https://example.org/d_"),
        ("[https://example.org/e]", "https://example.org/e"),
        ("https://example.org/f—and so on", "https://example.org/f"),
        ("انظر https://example.org/g؟", "https://example.org/g"),
    ],
)
def test_an_address_ends_at_the_punctuation_of_any_script(text: str, address: str) -> None:
    assert f'<a href="{address}">{address}</a>' in comment(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("www.example.org/x", '<a href="https://www.example.org/x">www.example.org/x</a>'),
        ("see example.org.", 'see <a href="https://example.org">example.org</a>.'),
        ("[w](www.example.org)", '<a href="https://www.example.org">w</a>'),
        ("[r](example.org/review)", '<a href="https://example.org/review">r</a>'),
        ("[m](me@example.org)", '<a href="mailto:me@example.org">m</a>'),
        ("[n](list/2024)", "n (list/2024)"),
        (
            r"https://example.org/x\_y",
            '<a href="https://example.org/x_y">https://example.org/x_y</a>',
        ),
    ],
)
def test_an_address_is_taken_as_people_mean_it(text: str, html: str) -> None:
    assert comment(text) == html


@pytest.mark.parametrize(
    "text", ["him.he/she", "Node.js", "e.g.this", "me@example.org", "`www.example.org`", "a.html"]
)
def test_what_only_looks_like_a_host_is_text(text: str) -> None:
    assert "<a" not in comment(text)
