"""What holds for every text, tried on generated ones."""

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
# What can't end a hidden text early, or take its signs away: no signs, no code, no backslash, and
# no line that begins a block which is itself plain text.
INERT = [p for p in PIECES if not set(p) & set("|`\\:<>!") and p not in ("    ", "\t")]
INERT_TEXTS = st.lists(st.sampled_from(INERT), max_size=12).map("".join)

thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def both(text: str) -> list[Rendered]:
    post = render_post(text, pictures={"/p": Picture("/p", 1, 1)}, site_url=SITE, language="en")
    return [post, render_comment(text, site_url=SITE, language="en")]


@thorough
@given(TEXTS)
def test_no_text_raises_and_all_html_is_valid_and_on_the_list(text: str) -> None:
    picture_addresses(text)
    for rendered in both(text):
        assert faults(rendered.html) == []
        assert faults(rendered.masked_html, masked=True) == []
        assert rendered.masked_text == " ".join(rendered.masked_text.split())
        (rendered.html + rendered.masked_html + rendered.masked_text).encode()


@thorough
@given(TEXTS)
def test_no_id_stands_twice_and_no_link_leads_to_none(text: str) -> None:
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
    outside, inside, inside_after, behind = around
    # What stands before may escape the sign or turn it into code, as its author may want.
    # Bars look alike on both sides, so bars before would rightly be paired with ours.
    lead = re.sub(r"[\\`~\t|:]|    |>$|!$", "", outside) + " x "
    text = f"{lead}{before}z{inside}CANARY{inside_after}z{after}{behind}"
    for rendered in both(text):
        masked = rendered.masked_html + rendered.masked_text
        assert "canary" not in masked.lower(), text


def in_front(first: str, rest: str, text: str) -> str:
    """A text with something before its first line and before each other one."""
    return first + text.replace("\n", f"\n{rest}")


CONTAINERS = [
    lambda text: in_front("> ", "> ", text),
    lambda text: in_front("- ", "  ", text),
    lambda text: in_front("12. ", "    ", text),
    lambda text: in_front("[^9]: A note.\n\n    ", "    ", text),
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
def test_a_spoiler_is_in_no_masked_result_however_deep_it_stands(text: str) -> None:
    post, comment = both(text)
    if "![" not in text and "[^9]: " not in text:  # masked everywhere; shown where it is named
        assert "CANARY" in post.html
    # A comment has no footnotes: what would stand in one is code, for it stands so far in.
    for rendered in (post,) if "[^9]: " in text else (post, comment):
        masked = rendered.masked_html + rendered.masked_text
        assert "canary" not in masked.lower(), text
        assert faults(rendered.html) == []


@thorough
@given(DEEP)
def test_what_stands_in_a_spoiler_is_hidden_with_all_that_is_in_it(text: str) -> None:
    plain = re.sub(r"\|\||>!|!<", "", text) if "|-|" not in text else text
    for rendered in both(f"::: spoiler\n{plain}\n:::"):
        masked = rendered.masked_html + rendered.masked_text
        if "spoiler" not in plain and "[^9]" not in plain:  # these end a block, or stand elsewhere
            assert "canary" not in masked.lower(), plain


@thorough
@given(TEXTS)
def test_what_has_no_problem_has_as_many_spoilers_masked_as_hidden(text: str) -> None:
    for rendered in both(text.replace("[spoiler]", "")):
        if not rendered.has_spoilers:
            assert "<details" not in rendered.html
            assert 'class="spoiler"' not in rendered.html
        elif "[^1]" not in text and "](" not in text:
            assert "[spoiler]" in rendered.masked_html
            assert "[spoiler]" in rendered.masked_text
