"""Parse Markdown into tokens. Defines which syntax a post and a comment may use."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from markup import addresses, blocks, figures, footnotes, links, spoiler_syntax, tables, typography
from markup.diagnostics import Problem
from markup.emphasis import ScriptAwareState
from markup.tokens import inline_tokens
from markup.wide_text import join_wide_lines

MAX_CHARACTERS = 65_535
"""Characters parsed of any text. Forms have lower limits; this one protects other callers."""

# Control characters, lone surrogates and non-characters are not allowed in XML, nor in a feed.
_FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

# What word processors and spreadsheets write for the end of a line, beside LF.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

_DISABLED_IN_COMMENTS = ["code", "heading", "lheading", "hr", "reference"]


@dataclass(frozen=True)
class ParsedText:
    """A parsed text. Spoiler delimiters and footnotes are still where they were written."""

    tokens: list[Token]
    lines: list[str]
    """The lines of the text, to which the `map` of the tokens refers."""
    breaks: bool
    """True if a single line break in the text becomes a line break on the page."""
    problems: list[Problem] = field(default_factory=list)
    """What of the text would not be on the page."""


class _CachingParserInline(ParserInline):
    """A parser for all scripts. It asks its cache first: thousands of brackets repeat tokens."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = ScriptAwareState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

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
        # With these, tokens tell which definitions of links are used.
        self.options.update(store_labels=True, inline_definitions=True)

    def validateLink(self, url: str) -> bool:
        return not spoiler_syntax.contains_delimiter(url)


def parse_post(text: str, known_pictures: Container[str] = (), quotes_of: str = "") -> ParsedText:
    """Parse a post. A known picture alone in its paragraph becomes a figure.

    Quotation marks and dashes become those of the language `quotes_of`; "" leaves them as typed.
    """
    parser = _post_parser(quotes_of)
    env: dict[str, Any] = {}
    text = _normalize(text)
    tokens = parser.parse(text, env)
    problems = [*links.unused_definitions(tokens), *tables.overfull_rows(env)]
    tokens = figures.make_figures(tokens, known_pictures, parser, env)
    links.limit_links(tokens)
    blocks.number_items(tokens)
    join_wide_lines(tokens)
    return ParsedText(tokens, text.split("\n"), breaks=False, problems=problems)


def parse_comment(text: str) -> ParsedText:
    """Parse a comment. Pictures become links."""
    text = _normalize(text)
    tokens = _comment_parser().parse(text)
    for token in inline_tokens(tokens):
        token.children = links.replace_pictures_with_links(token.children or [])
    links.limit_links(tokens)
    blocks.number_items(tokens)
    return ParsedText(tokens, text.split("\n"), breaks=True)


def _normalize(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text[:MAX_CHARACTERS])
    return _FORBIDDEN_CHARACTERS.sub("\ufffd", text)


@cache
def _post_parser(quotes_of: str) -> MarkdownIt:
    parser = _parser(max_nesting=16).enable(["table", "strikethrough"])
    parser.use(tables.tables_plugin)
    parser.use(footnotes.footnotes_plugin)
    parser.use(blocks.blocks_plugin, last_number=999, open_fences=True, bare_quotes=True)
    if quotes_of:
        parser.use(typography.typography_plugin, quotes_of)
    return parser


@cache
def _comment_parser() -> MarkdownIt:
    parser = _parser(max_nesting=10).enable("strikethrough").disable(_DISABLED_IN_COMMENTS)
    return parser.use(blocks.blocks_plugin, last_number=99, open_fences=False, bare_quotes=False)


def _parser(max_nesting: int) -> MarkdownIt:
    # The parser drops what is nested deeper than this (a list counts as two levels, a quote as
    # one). That limits the recursion, and the time for texts such as "![![![...".
    parser = _Markdown(max_nesting)
    parser.use(spoiler_syntax.spoiler_plugin)
    parser.use(links.links_plugin)
    parser.use(addresses.addresses_plugin)
    return parser
