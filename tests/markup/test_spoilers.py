"""Spoilers are hidden on the page until opened, and replaced in every masked result."""

from typing import Any

import html5lib
import pytest
from django.utils import translation

from markup import Picture, Rendered, render_comment, render_post

PICTURE = "/p.webp"
TOGGLE = '<input type="checkbox" class="spoiler-toggle" aria-label="Spoiler">'
SITE = "https://example.org"


def post(text: str) -> Rendered:
    known = {PICTURE: Picture(PICTURE, 1, 1)}
    return render_post(text, pictures=known, site_url=SITE, language="en")


def hidden(text: str) -> str:
    return (
        f'<span class="spoiler" data-nosnippet="">{TOGGLE}'
        '<span class="spoiler-placeholder">[spoiler]</span>'
        f'<span class="spoiler-text" hidden="">{text}</span></span>'
    )


@pytest.mark.parametrize("text", ["a ||b *c*|| d", "a >!b *c*!< d", "a || b *c* || d"])
def test_an_inline_spoiler_is_hidden_behind_a_checkbox(text: str) -> None:
    rendered = post(text)
    assert hidden("b <em>c</em>") in rendered.html.replace("> b", ">b").replace("</em> ", "</em>")
    assert rendered.masked_html.strip() == "<p>a [spoiler] d</p>"
    assert rendered.masked_text == "a [spoiler] d"
    assert rendered.has_spoilers
    assert rendered.problems == ()


@pytest.mark.parametrize("prefix", ["", "> ", ">", "- ", "1. ", "> - ", "a\n", "> a\n", "- a\n"])
def test_a_delimiter_at_the_start_of_a_line_is_not_a_quote(prefix: str) -> None:
    rendered = post(f"{prefix}>!canary!< b")
    assert hidden("canary") in rendered.html
    assert rendered.problems == ()
    assert rendered.masked_text.endswith("[spoiler] b")


def test_a_spoiler_block_has_its_label_as_summary() -> None:
    rendered = post("::: spoiler Up to <5>\n\n# A\n\n- b\n:::\nc")
    summary = "<summary>Spoiler: Up to &lt;5&gt;</summary>"
    placeholder = '<p class="spoiler-placeholder">[spoiler]</p>'
    opening = f'<details class="spoiler">\n{summary}\n{placeholder}\n'
    assert f'{opening}<div class="spoiler-text" hidden="">' in rendered.html
    assert rendered.masked_html.strip() == "<p>[spoiler]</p>\n<p>c</p>"
    assert rendered.masked_text == "[spoiler] c"
    assert rendered.problems == ()


def test_a_spoiler_block_without_label_has_a_default_summary() -> None:
    assert "<summary>Spoiler</summary>" in post("::: spoiler\na\n:::").html


def test_spoiler_blocks_nest_and_work_in_lists_and_quotes() -> None:
    text = "::: spoiler a\nb\n::: spoiler c\nd\n:::\ne\n:::\n\n- f\n\n  ::: spoiler\n  g\n  :::\n\n"
    rendered = post(text + "> ::: spoiler\n> h\n> :::\n")
    assert rendered.html.count("<details") == rendered.html.count("</details>") == 4
    assert rendered.masked_text == "[spoiler] f [spoiler] [spoiler]"
    assert rendered.problems == ()


def test_inline_spoilers_nest() -> None:
    rendered = post("||a >!b!< c|| >!d ||e|| f!<")
    assert hidden(f"a {hidden('b')} c") in rendered.html
    assert rendered.masked_text == "[spoiler] [spoiler]"
    assert rendered.problems == ()


@pytest.mark.parametrize(
    "text",
    [r"a \|| b", r"a |\| b", r"\>!a\!<", r"a \>! b", "`||a||` `>!b!<`", r"\::: spoiler", "a | b"],
)
def test_escaped_delimiters_and_code_are_plain_text(text: str) -> None:
    rendered = post(text)
    assert not rendered.has_spoilers
    assert rendered.problems == ()


def test_delimiters_in_code_blocks_are_plain_text() -> None:
    rendered = post("```\n||a||\n>!b\n::: spoiler\n```")
    assert not rendered.has_spoilers
    assert rendered.masked_text == "||a|| >!b ::: spoiler"


def test_a_spoiler_works_in_a_table_cell() -> None:
    assert f"<td>{hidden('b')}</td>" in post("|a|\n|-|\n| >!b!< |").html


def test_the_id_of_a_heading_reveals_no_spoiler() -> None:
    html = post("# The end ||canary||\n\n::: spoiler\n# canary\n:::").html
    assert 'id="h-the-end-spoiler"' in html
    assert 'id="h-spoiler"' in html


def test_a_spoiler_in_the_text_of_a_link_hides_the_whole_link() -> None:
    rendered = post("x [a ||b|| c](/d) y")
    assert hidden('<a href="/d">a b c</a>') in rendered.html
    assert rendered.masked_text == "x [spoiler] y"


def test_emphasis_that_crosses_a_spoiler_is_dropped() -> None:
    rendered = post("*a ||b* c|| d")
    assert rendered.html.strip() == f"<p>a {hidden('b c')} d</p>"


def test_spoilers_in_an_alternative_text_are_masked_on_the_page_too() -> None:
    rendered = post(f"![a ||canary|| b]({PICTURE})")
    assert 'alt="a [spoiler] b"' in rendered.html


def test_a_footnote_of_a_spoiler_is_hidden() -> None:
    rendered = post("a[^1] ||b[^1] c[^2]||\n\n[^1]: canary [^3]\n[^2]: canary\n[^3]: canary")
    assert rendered.html.count("<details") == 3
    assert "canary" not in rendered.masked_html + rendered.masked_text
    assert '<a href="#fnref-2"' in rendered.html


def test_other_footnotes_are_not_hidden() -> None:
    assert "<details" not in post("a[^1] ||b||\n\n[^1]: c").html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Before ||the long secret\n\nend", "before “the long secret”"),
        ("Before >!the secret", "before “the secret”"),
        ("The secret|| after all", "before “after all”"),
        ("The secret||", "after “The secret”"),
        ("The secret!< after", "before “after”"),
        ("a |||| b", "before “|| b”"),
        ("a || || b", "before “|| b”"),
        ("::: spoiler label\nthe secret", "starting with “label the secret”"),
        ("a\n:::\nafter", "before “after” doesn't close a spoiler block"),
        (f"![a ||secret]({PICTURE})", "before “secret”"),
        ("|a|b|\n|-|-|\n| ||c|| |", "The table row with"),
    ],
)
def test_an_unpaired_delimiter_is_a_problem_that_quotes_its_context(text: str, words: str) -> None:
    problems = post(text).problems
    assert len(problems) == 1 or "table" in words
    assert words in problems[0]


def test_problems_use_the_active_language_and_labels_that_of_the_text() -> None:
    with translation.override("de"):
        rendered = render_post("||a|| ||b", pictures={}, site_url=SITE, language="en")
    assert 'aria-label="Spoiler"' in rendered.html
    assert all(type(problem) is str for problem in rendered.problems)


def test_a_text_with_many_mistakes_reports_only_a_few() -> None:
    text = "\n\n".join(f"a ||b{n}" for n in range(100))
    assert len(post(text).problems) == 10


PLACES = [
    "a ||CANARY|| b",
    ">!CANARY!<",
    "**||CANARY||**",
    "*a ||b* CANARY||",
    "||*CANARY|| a*",
    "# a ||CANARY||",
    "||CANARY||\n===",
    "- ||CANARY||",
    "> >!CANARY!<",
    "[a ||CANARY||](/b)",
    "||[a](/CANARY)||",
    "||[a](/b 'CANARY')||",
    "[a||](/CANARY) b||",
    "||a [b||](/CANARY)",
    "![||CANARY||](/p.webp)",
    "||![CANARY](/p.webp)||",
    "||![a](/p.webp 'CANARY')||",
    "![a](/p.webp '||CANARY||')",
    "![a](/p.webp '||CANARY')",
    "![a](/unknown/||CANARY||)",
    "||![a](/unknown/CANARY)||",
    "![||CANARY||](/unknown)",
    "![a||CANARY](/p.webp) b",
    "![a||](/p.webp) CANARY",
    "|a|\n|-|\n|>!CANARY!<|",
    "|a|b|\n|-|-|\n|||CANARY|||",
    "||CANARY|| | b\n--|--\n",
    "|a|\n|-|\n|\\|\\|CANARY\\|\\||",
    "a[^1]\n\n[^1]: ||CANARY||",
    "||a[^1]||\n\n[^1]: CANARY",
    "a[^1] ||b[^1]||\n\n[^1]: CANARY",
    "||a[^1]||\n\n[^1]: b[^2]\n[^2]: CANARY",
    "a[^1]\n\n::: spoiler\n[^1]: CANARY\n:::",
    "||a[^1]||\n\n[^1]:\n    ```\n    CANARY\n    ```",
    "||[a]||\n\n[a]: /CANARY 'CANARY'",
    "![a ||[^1]||](/p.webp)\n\n[^1]: CANARY",
    "::: spoiler\nCANARY\n:::",
    "::: spoiler\n    CANARY\n:::",
    "::: spoiler\n```\nCANARY\n```\n:::",
    "::: spoiler\n# CANARY\n:::",
    "::: spoiler\n|CANARY|\n|-|\n:::",
    "::: spoiler\n[a](/CANARY)\n:::",
    "::: spoiler\n![CANARY](/p.webp 'CANARY')\n:::",
    "::: spoiler ||CANARY||\na\n:::",
    "- ::: spoiler\n  CANARY",
    "::: spoiler\nCANARY",
    "- ::: spoiler\n  a\n\nCANARY",
    "::: spoiler\na\n\nCANARY\n\nb",
    "- ::: spoiler\n  a\n\nCANARY\n:::",
    "::: spolier\nCANARY\n:::",
    "||CANARY",
    "CANARY||",
    "a CANARY|| b",
    "a ||b|| c CANARY||",
    "||a\n\nCANARY\n\nb||",
    "||a\n- CANARY\n\nb||",
    "||a\n```\nCANARY\n```\nb||",
    "||a\n\n> CANARY\n\nb||",
    ">!CANARY",
    "CANARY!<",
    ">!a\n\nCANARY\n\nb!<",
    "||a >!b|| CANARY!<",
    ">!a ||b!< CANARY||",
    "||||CANARY||||",
    "||a||||CANARY||",
    "||`a|| CANARY`||",
    "*||CANARY||*",
    "_||CANARY||_",
    "a||CANARY||b",
    "(||CANARY||)",
    "||\\||CANARY||",
    "||CANARY\nb||",
    "||<https://CANARY.example>||",
    "<https://a.example/||CANARY||>",
    "[a](/||CANARY||)",
    "[a](/b '||CANARY||')",
    "[a]\n\n[a]: /||CANARY||",
    "||a<br>CANARY||",
    "||a&amp;CANARY||",
    "~~||CANARY||~~",
    "[a *b ||c](/d) e* CANARY||",
]


@pytest.mark.parametrize("text", PLACES)
def test_a_hidden_word_is_neither_in_masked_results_nor_visible_on_the_page(text: str) -> None:
    rendered = post(text)
    comment = render_comment(text, site_url=SITE, language="en")
    assert "canary" not in (rendered.masked_html + rendered.masked_text).lower()
    assert "canary" not in visible_html(rendered.html).lower()
    if "[^" not in text and "|-|" not in text and "--|" not in text and "[a]:" not in text:
        assert "canary" not in (comment.masked_html + comment.masked_text).lower()
        assert "canary" not in visible_html(comment.html).lower()


def visible_html(html: str) -> str:
    """Return the HTML without everything that is hidden until a spoiler is opened."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    parents = {child: parent for parent in tree.iter() for child in parent}
    for element in list(parents):
        if "hidden" in element.attrib:
            remove(parents[element], element)
    return html5lib.serialize(tree)


def remove(parent: Any, element: Any) -> None:
    """Remove an element but keep the text after it."""
    tail, element.tail = element.tail, None
    index = list(parent).index(element)
    parent.remove(element)
    if tail and index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
