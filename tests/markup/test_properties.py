"""Properties of all rendered texts, tested with generated ones."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from markup import Picture, Rendered, picture_addresses, render_comment, render_post
from tests.support.html_inspection import faults

SITE = "https://example.org"
PIECES = [
    "||",
    ">!",
    "!<",
    "|",
    "> ",
    "- ",
    "1. ",
    "# ",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```\n",
    "    ",
    "\t",
    "[",
    "]",
    "(",
    ")",
    "[a](/b)",
    "![a](/p)",
    "![",
    "](/p 't')",
    "](/b)",
    "[^1]",
    "\n[^1]: ",
    "[a]: /b 't'\n",
    "\n",
    "\n\n",
    "\n::: spoiler label\n",
    "\n:::\n",
    "\n- ::: spoiler\n",
    "|a|b|\n|-|-|\n",
    "|",
    "\\",
    "<",
    ">",
    "<b>",
    "&amp;",
    "&#0;",
    "&lt;",
    "http://a.b/c",
    "<http://a.b>",
    "javascript:x",
    "//",
    ":",
    "!",
    "3",
    "word ",
    " ",
    "\u202e",
    "\x00",
    "\ud800",
    "\ufdd0",
    "日本",
    "🙂",
    "\u00a0",
    "\u2028",
    "---\n",
    "===\n",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(st.characters(), max_size=200),
)
# Pieces that cannot end a spoiler early or disable its delimiters: no delimiters, no code, no
# backslash, and no line that starts a block of plain text.
INERT = [p for p in PIECES if not set(p) & set("|`\\:<>!") and p not in ("    ", "\t")]
INERT_TEXTS = st.lists(st.sampled_from(INERT), max_size=12).map("".join)

thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def both(text: str) -> list[Rendered]:
    """Render the text as a post and as a comment."""
    post = render_post(text, pictures={"/p": Picture("/p", 1, 1)}, site_url=SITE, language="en")
    return [post, render_comment(text, site_url=SITE, language="en")]


@thorough
@given(TEXTS)
def test_no_text_raises_and_all_html_is_valid_and_allowed(text: str) -> None:
    picture_addresses(text)
    for rendered in both(text):
        assert faults(rendered.html) == []
        assert faults(rendered.masked_html, masked=True) == []
        assert rendered.masked_text == " ".join(rendered.masked_text.split())
        (rendered.html + rendered.masked_html + rendered.masked_text).encode()


@thorough
@given(TEXTS)
def test_ids_are_unique_and_footnote_links_have_targets(text: str) -> None:
    html = both(text)[0].html
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#(fn[^"]*)"', html)) <= set(ids)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("||", "||"),
        (">!", "!<"),
        ("\n\n::: spoiler\n", "\n:::\n\n"),
        ("\n\n> ::: spoiler\n> ", "\n\n"),
    ],
)
@thorough
@given(around=st.tuples(TEXTS, INERT_TEXTS, INERT_TEXTS, TEXTS))
def test_a_word_in_a_spoiler_is_in_no_masked_result(
    before: str, after: str, around: tuple[str, str, str, str]
) -> None:
    before_text, inside, inside_after, after_text = around
    # Text before may escape the delimiter or turn it into code, as its author may want.
    # Opening and closing bars are the same, so bars before would be paired with ours.
    lead = re.sub(r"[\\`~\t|:]|    |>$|!$", "", before_text) + " x "
    text = f"{lead}{before}z{inside}CANARY{inside_after}z{after}{after_text}"
    for rendered in both(text):
        masked = rendered.masked_html + rendered.masked_text
        assert "canary" not in masked.lower(), text


def prefix_lines(first: str, rest: str, text: str) -> str:
    """Return the text with one prefix on its first line and another on all others."""
    return first + text.replace("\n", f"\n{rest}")


CONTAINERS = [
    lambda text: prefix_lines("> ", "> ", text),
    lambda text: prefix_lines("- ", "  ", text),
    lambda text: prefix_lines("12. ", "    ", text),
    lambda text: prefix_lines("[^9]: A note.\n\n    ", "    ", text),
    lambda text: f"::: spoiler the end\n{text}\n:::",
    lambda text: f"Before.\n\n{text}\n\nAfter.",
]
HIDDEN = [
    "||a CANARY b||",
    ">!a CANARY b!<",
    "*a ||CANARY|| b*",
    "# Title >!CANARY!<",
    "[a ||CANARY||](/b)",
    "![||CANARY||](/p)",
    "|a|>!CANARY!<|\n|-|-|\n|b|>!CANARY!<|",
    "||a **b ~~CANARY~~**||[^9]",
]
DEEP = st.recursive(
    st.sampled_from(HIDDEN),
    lambda inner: st.builds(
        lambda container, *parts: container("\n\n".join(parts)),
        st.sampled_from(CONTAINERS),
        inner,
        inner,
    ),
    max_leaves=12,
)


@thorough
@given(DEEP)
def test_a_nested_spoiler_is_in_no_masked_result(text: str) -> None:
    post, comment = both(text)
    if "![" not in text and "[^9]: " not in text:  # otherwise masked or not shown
        assert "CANARY" in post.html
    # Comments have no footnotes, so the indented text of one is code there.
    for rendered in (post,) if "[^9]: " in text else (post, comment):
        masked = rendered.masked_html + rendered.masked_text
        assert "canary" not in masked.lower(), text
        assert faults(rendered.html) == []


@thorough
@given(DEEP)
def test_everything_in_a_spoiler_block_is_hidden(text: str) -> None:
    plain = re.sub(r"\|\||>!|!<", "", text) if "|-|" not in text else text
    for rendered in both(f"::: spoiler\n{plain}\n:::"):
        masked = rendered.masked_html + rendered.masked_text
        if "spoiler" not in plain and "[^9]" not in plain:  # these end a block or move text
            assert "canary" not in masked.lower(), plain


@thorough
@given(TEXTS)
def test_spoilers_on_the_page_are_masked_elsewhere(text: str) -> None:
    for rendered in both(text.replace("[spoiler]", "")):
        if not rendered.has_spoilers:
            assert "<details" not in rendered.html
            assert 'class="spoiler"' not in rendered.html
        elif "[^1]" not in text and "](" not in text:
            assert "[spoiler]" in rendered.masked_html
            assert "[spoiler]" in rendered.masked_text
