"""Footnotes: gathered under the text, and covered wherever a spoiler is involved.

A footnote is covered if a spoiler refers to it, if it is defined in one, or if a covered footnote
refers to it: then its body stands in a spoiler block of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from markup.tokens import BLOCK_CLOSE, BLOCK_OPEN, INLINE_CLOSE, INLINE_OPEN, with_depth

_REFERENCE = re.compile(r"\[\^([^\s\[\]]{1,100})\]")
_MOST_WAYS_BACK = 9
"""Links back to the text from one footnote; nobody can tell more of them apart."""


def install(parser: MarkdownIt) -> None:
    """Read footnotes. The plugin's own rule for references is quadratic on hostile text."""
    parser.block.ruler.before(
        "reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]}
    )
    parser.inline.ruler.before("link", "footnote_ref", _reference)


@dataclass
class _Note:
    body: list[Token]
    covered: bool
    number: int = 0
    uses: int = 0
    refers_to: set[str] = field(default_factory=set)


def gather(tokens: list[Token]) -> list[Token]:
    """The tokens with settled spoilers, with all footnotes that are used at the end, in order."""
    text, notes = _split(tokens)
    if not notes:
        return text
    used = _number(text, notes)
    _cover(notes, used)
    if not used:
        return text
    result = [*text, Token("footnotes_open", "section", 1, block=True)]
    for label in used:
        result += _item(notes[label])
    return [*result, Token("footnotes_close", "section", -1, block=True)]


def _reference(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    known = state.env.get("footnotes", {}).get("refs", {})
    if not match or f":{match[1]}" not in known:
        return False
    if not silent:
        state.push("footnote_ref", "sup", 0).meta["label"] = match[1]
    state.pos = match.end()
    return True


def _split(tokens: list[Token]) -> tuple[list[Token], dict[str, _Note]]:
    """The text without definitions, and the first definition of each label."""
    text: list[Token] = []
    notes: dict[str, _Note] = {}
    places = [text]
    for token, depth in with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        if token.type == "footnote_reference_open":
            note = _Note([], covered=depth > 0)
            notes.setdefault(token.meta["label"], note)
            places.append(note.body)
        elif token.type == "footnote_reference_close":
            places.pop()
        else:
            places[-1].append(token)
    return text, notes


def _references(tokens: list[Token]) -> Iterator[tuple[Token, bool]]:
    """Each reference, and whether a spoiler is around it."""
    for token, depth in with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        for child, inner in with_depth(token.children or [], INLINE_OPEN, INLINE_CLOSE):
            if child.type == "footnote_ref":
                yield child, depth + inner > 0


def _number(text: list[Token], notes: dict[str, _Note]) -> list[str]:
    """Number references in the order of the text, then of the footnotes' own text."""
    used: list[str] = []
    waiting: list[tuple[list[Token], _Note | None]] = [(text, None)]
    for tokens, user in waiting:
        for reference, in_spoiler in _references(tokens):
            label = reference.meta["label"]
            note = notes[label]
            if not note.number:
                used.append(label)
                note.number = len(used)
                waiting.append((note.body, note))
            note.uses += 1
            note.covered = note.covered or in_spoiler
            reference.meta.update(number=note.number, use=note.uses)
            if user:
                user.refers_to.add(label)
    return used


def _cover(notes: dict[str, _Note], used: list[str]) -> None:
    covered = [label for label in used if notes[label].covered]
    for label in covered:
        for other in notes[label].refers_to:
            if not notes[other].covered:
                notes[other].covered = True
                covered.append(other)


def _item(note: _Note) -> Iterator[Token]:
    meta = {"number": note.number}
    yield Token("footnote_open", "li", 1, block=True, meta=meta)
    if note.covered:
        yield Token(BLOCK_OPEN, "details", 1, block=True)
    yield from note.body
    if note.covered:
        yield Token(BLOCK_CLOSE, "details", -1, block=True)
    ways = [
        Token("footnote_back", "a", 0, meta={"number": note.number, "use": use})
        for use in range(1, min(note.uses, _MOST_WAYS_BACK) + 1)
    ]
    yield Token("footnote_back_open", "p", 1, block=True)
    yield Token("inline", "", 0, children=ways)
    yield Token("footnote_back_close", "p", -1, block=True)
    yield Token("footnote_close", "li", -1, block=True)
