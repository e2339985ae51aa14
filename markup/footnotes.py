"""Collect footnotes at the end of the text, and hide those that belong to spoilers.

A footnote is hidden in a spoiler block of its own if a spoiler refers to it, if it is defined in a
spoiler, or if a hidden footnote refers to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from markup.diagnostics import Problem
from markup.tokens import (
    BLOCK_CLOSE,
    BLOCK_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    inline_tokens,
    plain_text,
    walk_with_depth,
)

_REFERENCE = re.compile(r"\[\^([^\s\[\]]{1,100})\]")
_MAX_BACK_LINKS = 9
"""Links from one footnote back to the text. More of them would be of no use to readers."""


def footnotes_plugin(parser: MarkdownIt) -> None:
    """Add footnotes, with our own rule for references: mdit-py-plugins' is quadratic."""
    parser.block.ruler.before(
        "reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]}
    )
    parser.inline.ruler.before("link", "footnote_ref", _reference)


@dataclass
class _Footnote:
    body: list[Token]
    hidden: bool
    number: int = 0
    uses: int = 0
    refers_to: set[str] = field(default_factory=set)


def collect_footnotes(tokens: list[Token]) -> tuple[list[Token], list[Problem]]:
    """Move all footnotes that are used to the end, in order. Pair the spoilers first.

    Return a problem for each of the others.
    """
    text, notes, problems = _split(tokens)
    if not notes:
        return text, problems
    used = _number(text, notes)
    _hide_referenced(notes, used)
    problems += [
        Problem("unused footnote", _beginning(label, notes[label]))
        for label in notes
        if label not in used
    ]
    if not used:
        return text, problems
    result = [*text, Token("footnotes_open", "section", 1, block=True)]
    for label in used:
        result += _list_item(notes[label])
    return [*result, Token("footnotes_close", "section", -1, block=True)], problems


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


def _split(tokens: list[Token]) -> tuple[list[Token], dict[str, _Footnote], list[Problem]]:
    """Return the text without definitions, the first definition of each label, and problems."""
    second: list[tuple[str, _Footnote]] = []
    text: list[Token] = []
    notes: dict[str, _Footnote] = {}
    places = [text]
    for token, depth in walk_with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        if token.type == "footnote_reference_open":
            note = _Footnote([], hidden=depth > 0)
            label = token.meta["label"]
            if notes.setdefault(label, note) is not note:
                second.append((label, note))
            places.append(note.body)
        elif token.type == "footnote_reference_close":
            places.pop()
        else:
            places[-1].append(token)
    problems = [Problem("second footnote", _beginning(label, note)) for label, note in second]
    return text, notes, problems


def _beginning(label: str, note: _Footnote) -> str:
    text = " ".join(plain_text(each.children or []) for each in inline_tokens(note.body))
    return f"[^{label}]: {text}"


def _references(tokens: list[Token]) -> Iterator[tuple[Token, bool]]:
    """Yield each reference with True if it is in a spoiler."""
    for token, depth in walk_with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        for child, inner in walk_with_depth(token.children or [], INLINE_OPEN, INLINE_CLOSE):
            if child.type == "footnote_ref":
                yield child, depth + inner > 0


def _number(text: list[Token], notes: dict[str, _Footnote]) -> list[str]:
    """Number the footnotes by first reference, in the text and then in footnotes; return labels."""
    used: list[str] = []
    waiting: list[tuple[list[Token], _Footnote | None]] = [(text, None)]
    for tokens, user in waiting:
        for reference, in_spoiler in _references(tokens):
            label = reference.meta["label"]
            note = notes[label]
            if not note.number:
                used.append(label)
                note.number = len(used)
                waiting.append((note.body, note))
            note.uses += 1
            note.hidden = note.hidden or in_spoiler
            reference.meta.update(number=note.number, use=note.uses)
            if user:
                user.refers_to.add(label)
    return used


def _hide_referenced(notes: dict[str, _Footnote], used: list[str]) -> None:
    hidden = [label for label in used if notes[label].hidden]
    for label in hidden:
        for other in notes[label].refers_to:
            if not notes[other].hidden:
                notes[other].hidden = True
                hidden.append(other)


def _list_item(note: _Footnote) -> Iterator[Token]:
    meta = {"number": note.number}
    yield Token("footnote_open", "li", 1, block=True, meta=meta)
    if note.hidden:
        yield Token(BLOCK_OPEN, "details", 1, block=True)
    yield from note.body
    if note.hidden:
        yield Token(BLOCK_CLOSE, "details", -1, block=True)
    back_links = [
        Token("footnote_back", "a", 0, meta={"number": note.number, "use": use})
        for use in range(1, min(note.uses, _MAX_BACK_LINKS) + 1)
    ]
    yield Token("footnote_back_open", "p", 1, block=True)
    yield Token("inline", "", 0, children=back_links)
    yield Token("footnote_back_close", "p", -1, block=True)
    yield Token("footnote_close", "li", -1, block=True)
