"""From tokens to the three results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it.token import Token

from markup import footnotes, headings, links, pictures, spoiler_inline
from markup.diagnostics import Problem, sentences
from markup.html_renderer import Words, to_html
from markup.masking import masked_inline, masked_text, masked_tokens
from markup.parser import Source
from markup.sanitizer import clean, clean_masked
from markup.tokens import BLOCK_OPEN, INLINE_OPEN, inline_tokens, plain_text


@dataclass(frozen=True)
class Rendered:
    """A text in all the forms that the site shows."""

    html: str
    """For the page."""
    problems: tuple[str, ...]
    """Sentences why the text must be refused when saving; empty if it is fine."""
    has_spoilers: bool
    _mask: Callable[[], tuple[str, str]] = field(repr=False, compare=False)
    """Makes the masked forms, once: taking a comment asks for neither of them."""

    @property
    def masked_html(self) -> str:
        """For full-text feeds and mail: spoilers masked, addresses absolute, nothing to operate."""
        return self._masked[0]

    @property
    def masked_text(self) -> str:
        """One line of plain text, spoilers masked: for cards, descriptions and search."""
        return self._masked[1]

    @cached_property
    def _masked(self) -> tuple[str, str]:
        return self._mask()


def render(
    source: Source,
    *,
    site_url: str,
    language: str,
    known_pictures: Mapping[str, pictures.Picture] | None,
    eager_first_image: bool = False,
) -> Rendered:
    """Render what was read; without `known_pictures` it is a comment."""
    words = _words(language)
    tokens, problems = spoiler_inline.settle(source.tokens, source.lines)
    if known_pictures is None:
        _settle_comment(tokens)
    else:
        tokens, more = _settle_post(tokens, known_pictures, words)
        problems += more
    if eager_first_image:
        pictures.mark_first_eager(tokens)
    html = clean(to_html(tokens, words, breaks=source.breaks))
    return Rendered(
        html=html,
        problems=sentences(problems),
        has_spoilers=_has_spoilers(tokens),
        _mask=partial(_masked_forms, tokens, words, site_url, source.breaks),
    )


def _masked_forms(
    tokens: list[Token], words: Words, site_url: str, breaks: bool
) -> tuple[str, str]:
    """The masked HTML and the masked text; the tokens are used up."""
    masked = masked_tokens(tokens, words.masked, site_url)
    html = to_html(masked, words, breaks=breaks, on_page=False)
    return clean_masked(html), masked_text(masked)


def _settle_comment(tokens: list[Token]) -> None:
    for token in inline_tokens(tokens):
        token.children = links.of_comment(token.children or [])


def _settle_post(
    tokens: list[Token], known: Mapping[str, pictures.Picture], words: Words
) -> tuple[list[Token], list[Problem]]:
    problems = pictures.settle(tokens, known, words.masked)
    for token in inline_tokens(tokens):
        token.children = links.without_forbidden(token.children or [])
    tokens = footnotes.gather(tokens)

    def masked_title(children: list[Token], hidden: bool) -> str:
        return words.masked if hidden else plain_text(masked_inline(children, words.masked))

    headings.settle(tokens, masked_title)
    return tokens, problems


def _has_spoilers(tokens: list[Token]) -> bool:
    return any(
        token.type == BLOCK_OPEN or any(c.type == INLINE_OPEN for c in token.children or [])
        for token in tokens
    )


@cache
def _words(language: str) -> Words:
    with override(language):
        return Words(
            spoiler=_("Spoiler"),
            masked=_("[spoiler]"),
            table=_("Table"),
            footnotes=_("Footnotes"),
            footnote=_("Footnote %(number)s"),
            back=_("back to text"),
            back_to=_("back to text, place %(number)s"),
        )
