"""Each word of a text is on the page, in an attribute that shows, or named in a refusal."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markup import Picture, Rendered, render_comment, render_post

SITE = "https://example.org"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WORD = re.compile(r"[^\W_]+")
# What syntax may eat: the language of a block of code, an entity's name, the word that begins a
# spoiler block, the number of an item (which the list itself shows), a footnote's label.
EATEN = [
    (re.compile(r"^[ \t>*+\-\d.)]*(?:`{3,}|~{3,})[ \t]*\S*[ \t]*$", re.MULTILINE), " "),
    (re.compile(r"&#?\w+;"), " "),
    (re.compile(r"^[ \t>*+\-\d.)]*:{3,}[ \t]*spoiler", re.MULTILINE | re.IGNORECASE), " "),
    (re.compile(r"^[ \t>*+-]*(?:\d{1,9}[.)][ \t>*+-]*)+", re.MULTILINE), " "),
    (re.compile(r"\[\^[^\s\[\]]{1,100}\]"), " "),
]


def post(text: str) -> Rendered:
    return render_post(text, pictures={"/p": Picture("/p", 1, 1)}, site_url=SITE, language="en")


def comment(text: str) -> Rendered:
    return render_comment(text, site_url=SITE, language="en")


def words_of(text: str) -> set[str]:
    return set(WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def shown(rendered: Rendered) -> str:
    """Return the texts and the attributes of the HTML, and the problems."""
    tree = html5lib.parseFragment(rendered.html, namespaceHTMLElements=False)
    parts = list(tree.itertext()) + list(rendered.problems)
    for element in tree.iter():
        parts += [element.get(name, "") for name in ("href", "title", "alt", "src")]
    # A word may be divided by markup that begins within it.
    return " ".join(parts) + " " + "".join(tree.itertext())


def lost(source: str, rendered: Rendered) -> set[str]:
    for pattern, replacement in EATEN:
        source = pattern.sub(replacement, source)
    known = shown(rendered)
    missing = words_of(source) - words_of(known)
    folded = unicodedata.normalize("NFC", known).casefold()
    return {word for word in missing if word not in folded}


COMMENTS = [
    "~~~~ cut ~~~~",
    "~~~ Spoilers ahead ~~~\nI loved the ending.",
    "``` oops, three backticks",
    "```\nnever closed",
    "[my review](example.org/review)",
    "[w](www.example.org) and [mail](me@example.org) and [call](tel:555)",
    "[Q]: Why?\n\n[^1]: A note",
    "1986. What a great season.",
    "2. I agree\n5. but not",
    "5) a\n3) b",
    ">_< so sad\n>:( too",
    "Para one\n\n    An indented paragraph with *stars*",
    "> " * 30 + "deep",
    "- " * 30 + "deep",
    "![a poster](javascript:x) and ![](https://example.org/poster.png)",
    "[](https://example.org/alone)",
    '[a](https://example.org "the title")',
    "<Mira> said <b>so</b> &amp; <spoiler>",
    "one\x0btwo\u2028three\x85four",
]
POSTS = [
    "[Q]: Why?",
    "[Ending]: 10/10",
    "See [my old review](www.example.org/reviews/1) and [the list](list/2024).",
    "A note.[^1]\n\n[^1]: fine\n[^2]: CANARY-NOTE never referred to",
    "A note.[^1]\n\n[^1]: fine\n[^1]: another one",
    "| a | b |\n|---|---|\n| `x|y` | CANARY-CELL |",
    "| a | b |\n|---|---|\n| c | d | e |",
    "[call](tel:555) [up](../other/) [nowhere](javascript:x)",
    "[used]: https://example.org/one\n[idle]: https://example.org/two 'Title'\n\n[used]",
    "[twice]: https://example.org/one\n[twice]: https://example.org/two\n\n[twice]",
    "1984. It began.",
    "``` several words behind a fence\ncode\n```",
    "~~~ cut here ~~~\ntext",
    "> " * 30 + "deep",
    '![A poster](/p "Its title") and ![Another](/unknown "Title")',
    'Text ![A poster](/p "A title inside a line") text',
    "# Heading #\n\nUnder\n===\n\n***\n\n- [ ] task",
]


@pytest.mark.parametrize("text", [*COMMENTS, *POSTS])
def test_no_word_of_a_comment_is_lost(text: str) -> None:
    assert lost(text, comment(text)) == set()
    assert comment(text).problems == ()


@pytest.mark.parametrize("text", [*POSTS, *COMMENTS])
def test_a_word_of_a_post_is_shown_or_named(text: str) -> None:
    assert lost(text, post(text)) == set()


PIECES = [
    "alpha",
    "beta gamma",
    "delta\n",
    "epsilon\n\n",
    "\n```\nzeta\n```\n",
    "\n~~~ eta theta\n",
    "\n``` iota",
    "*kappa*",
    "**lambda",
    "_mu_",
    "~~nu~~",
    "`xi`",
    "[omicron](/pi)",
    "[rho](www.sigma.org)",
    "[tau](upsilon/phi)",
    "[](https://chi.example/psi)",
    "\n[omega]: https://one.example/two\n",
    "\n[three]: four five\n",
    "[omega]",
    "six[^seven]",
    "\n\n[^seven]: eight\n\n",
    "\n\n[^nine]: ten\n\n",
    "\n> eleven\n",
    "\n- twelve\n",
    "\n13. fourteen\n",
    "\n1915. sixteen\n",
    "\n\n|seventeen|eighteen|\n|-|-|\n|nineteen|twenty|more|\n\n",
    "https://example.org/_a_/b*c*",
    "www.example.net/x,",
    "<https://auto.example>",
    '![picture](/p "caption")',
    "![unknown](/q)",
    "||hidden||",
    "\n\n::: spoiler label\ninside\n:::\n\n",
    "\n# heading\n",
    "\n    indented\n",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "<tag>",
    "「引用」",
    "です",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
thorough = settings(max_examples=200, deadline=None)


@thorough
@given(TEXTS)
def test_no_word_of_a_generated_text_is_lost(text: str) -> None:
    assert lost(text, comment(text)) == set()
    rendered = post(text)
    # At most ten problems are shown at once; the text is refused until none is left.
    assert len(rendered.problems) >= 10 or lost(text, rendered) == set()


def shared_comments() -> Iterator[str]:
    for file in sorted((SHARED / "comments" / "youtube_uci").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from (row["CONTENT"] for row in csv.DictReader(lines))
    for file in sorted((SHARED / "comments" / "wordpress_spam_sidtuli").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            yield from (value for value in json.loads(line).values() if isinstance(value, str))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared collections are not beside the project")
def test_no_word_of_a_real_comment_is_lost() -> None:
    texts = list(shared_comments())
    assert len(texts) > 1_000
    assert [text for text in texts if lost(text[:5_000], comment(text[:5_000]))] == []
