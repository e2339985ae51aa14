"""Parse Markdown into tokens. Defines which syntax a post and a comment may use."""

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

MAX_CHARACTERS = 65_535
"""Characters parsed of any text. Forms have lower limits; this one protects other callers."""

# Control characters, lone surrogates and non-characters are not allowed in XML, nor in a feed.
_FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

_DISABLED_IN_COMMENTS = ["heading", "lheading", "hr", "reference"]


@dataclass(frozen=True)
class ParsedText:
    """A parsed text. Spoiler delimiters and footnotes are still where they were written."""

    tokens: list[Token]
    lines: list[str]
    """The lines of the text, to which the `map` of the tokens refers."""
    breaks: bool
    """True if a single line break in the text becomes a line break on the page."""


class _CachingParserInline(ParserInline):
    """An inline parser that asks its cache first, for texts with thousands of brackets."""

    def skipToken(self, state: StateInline) -> None:
        end = state.cache.get(state.pos)
        if end is None:
            super().skipToken(state)
        else:
            state.pos = end


class _Markdown(MarkdownIt):
    """A parser that takes every URL without delimiters; `links` later decides about them."""

    def __init__(self, max_nesting: int) -> None:
        super().__init__()
        self.inline = _CachingParserInline()
        self.configure("commonmark", {"html": False, "maxNesting": max_nesting})

    def validateLink(self, url: str) -> bool:
        return not spoiler_syntax.contains_delimiter(url)


def parse_post(text: str, known_pictures: Container[str] = ()) -> ParsedText:
    """Parse a post. A known picture alone in its paragraph becomes a figure."""
    parser = _post_parser()
    env: dict[str, object] = {}
    text = _normalize(text)
    tokens = figures.make_figures(parser.parse(text, env), known_pictures, parser, env)
    links.limit_links(tokens)
    return ParsedText(tokens, text.split("\n"), breaks=False)


def parse_comment(text: str) -> ParsedText:
    """Parse a comment. Pictures become links."""
    text = _normalize(text)
    tokens = _comment_parser().parse(text)
    for token in inline_tokens(tokens):
        token.children = links.replace_pictures_with_links(token.children or [])
    links.limit_links(tokens)
    return ParsedText(tokens, text.split("\n"), breaks=True)


def _normalize(text: str) -> str:
    text = text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN_CHARACTERS.sub("\ufffd", text)


@cache
def _post_parser() -> MarkdownIt:
    parser = _parser(max_nesting=16).enable(["table", "strikethrough"])
    parser.use(tables.tables_plugin)
    parser.use(footnotes.footnotes_plugin)
    return parser


@cache
def _comment_parser() -> MarkdownIt:
    return _parser(max_nesting=10).enable("strikethrough").disable(_DISABLED_IN_COMMENTS)


def _parser(max_nesting: int) -> MarkdownIt:
    # The parser drops what is nested deeper than this (a list counts as two levels, a quote as
    # one). That limits the recursion, and the time for texts such as "![![![...".
    parser = _Markdown(max_nesting)
    parser.use(spoiler_syntax.spoiler_plugin)
    parser.use(links.links_plugin)
    return parser
