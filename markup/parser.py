"""From text to markdown-it tokens: what a post and what a comment may hold."""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from markup import figures, footnotes, links, spoiler_syntax, tables
from markup.tokens import inline_tokens

LIMIT = 65_535
"""Characters read of any text; forms refuse far less, this guards the callers without a form."""

# Controls, lone surrogates and non-characters: none is allowed in XML, so none may reach a feed.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_COMMENT_LACKS = ["heading", "lheading", "hr", "reference"]


@dataclass(frozen=True)
class Source:
    """A text as it was read: spoiler signs and footnotes are still where they were written."""

    tokens: list[Token]
    lines: list[str]
    """The text's lines, to which the tokens' `map` points."""
    breaks: bool
    """Whether a single line break is one on the page."""


class _Inlines(ParserInline):
    """Looks first where it has been before: among thousands of brackets that is nearly always."""

    def skipToken(self, state: StateInline) -> None:
        end = state.cache.get(state.pos)
        if end is None:
            super().skipToken(state)
        else:
            state.pos = end


class _Markdown(MarkdownIt):
    """markdown-it whose addresses never hold spoiler signs; which are allowed is decided later."""

    def __init__(self, deepest: int) -> None:
        super().__init__()
        self.inline = _Inlines()
        self.configure("commonmark", {"html": False, "maxNesting": deepest})

    def validateLink(self, url: str) -> bool:
        return not spoiler_syntax.in_address(url)


def read_post(text: str, known_pictures: Container[str] = ()) -> Source:
    """Read a post; a known picture that stands alone becomes a figure."""
    parser = _post_parser()
    env: dict[str, object] = {}
    text = _readable(text)
    tokens = figures.make(parser.parse(text, env), known_pictures, parser, env)
    links.without_excess(tokens)
    return Source(tokens, text.split("\n"), breaks=False)


def read_comment(text: str) -> Source:
    """Read a comment."""
    text = _readable(text)
    tokens = _comment_parser().parse(text)
    for token in inline_tokens(tokens):
        token.children = links.instead_of_pictures(token.children or [])
    links.without_excess(tokens)
    return Source(tokens, text.split("\n"), breaks=True)


def _readable(text: str) -> str:
    return _UNWANTED.sub("\ufffd", text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n"))


@cache
def _post_parser() -> MarkdownIt:
    parser = _parser(deepest=16).enable(["table", "strikethrough"])
    tables.install(parser)
    footnotes.install(parser)
    return parser


@cache
def _comment_parser() -> MarkdownIt:
    return _parser(deepest=10).enable("strikethrough").disable(_COMMENT_LACKS)


def _parser(deepest: int) -> MarkdownIt:
    # What is nested deeper is dropped (a list counts two levels, a quote one), which bounds the
    # recursion, and the time for "![![![...", which grows with it.
    parser = _Markdown(deepest)
    spoiler_syntax.install(parser)
    links.install(parser)
    return parser
