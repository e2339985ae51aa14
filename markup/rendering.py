"""Turn a parsed text into the three results: HTML, masked HTML and masked text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it.token import Token

from markup import footnotes, headings, links, pictures, spoiler_inline
from markup.diagnostics import Problem, messages
from markup.html_renderer import Labels, render_html
from markup.masking import mask_inline, mask_tokens, masked_text
from markup.parser import ParsedText
from markup.sanitizer import sanitize, sanitize_masked
from markup.tokens import BLOCK_OPEN, INLINE_OPEN, inline_tokens, plain_text


@dataclass(frozen=True)
class Rendered:
    """A rendered text in all the forms that the site shows."""

    html: str
    """HTML for the page."""
    problems: tuple[str, ...]
    """Messages that say why the text cannot be saved; empty if it is valid."""
    has_spoilers: bool
    _mask: Callable[[], tuple[str, str, str]] = field(repr=False, compare=False)
    """Renders the masked forms, once, on first use: a new comment needs neither."""

    @property
    def masked_html(self) -> str:
        """HTML for full-text feeds and mail: spoilers masked, URLs absolute, no controls."""
        return self._mask()[0]

    @property
    def masked_text(self) -> str:
        """One line of plain text with spoilers masked, for cards, descriptions and search."""
        return self._mask()[1]

    @property
    def masked_text_without_footnotes(self) -> str:
        """The same, for a description."""
        return self._mask()[2]


def render(
    source: ParsedText,
    *,
    site_url: str,
    language: str,
    known_pictures: Mapping[str, pictures.Picture] | None,
    eager_first_image: bool = False,
    id_prefix: str = "",
) -> Rendered:
    """Render a parsed post, or a parsed comment if `known_pictures` is None."""
    labels = _labels(language)
    tokens, problems = spoiler_inline.pair_spoilers(source.tokens, source.lines)
    if known_pictures is None:
        _transform_comment(tokens, labels)
    else:
        tokens, more = _transform_post(tokens, known_pictures, labels, id_prefix)
        problems += source.problems + more
    if eager_first_image:
        pictures.mark_first_eager(tokens)
    html = render_html(tokens, labels, breaks=source.breaks, id_prefix=id_prefix)
    return Rendered(
        html=sanitize(html),
        problems=messages(problems),
        has_spoilers=_has_spoilers(tokens),
        _mask=cache(partial(_render_masked, tokens, labels, site_url, source.breaks)),
    )


def _render_masked(
    tokens: list[Token], labels: Labels, site_url: str, breaks: bool
) -> tuple[str, str, str]:
    """Return the masked HTML, and the masked text with and without footnotes. Change the tokens."""
    masked = mask_tokens(tokens, labels.masked, site_url)
    html = render_html(masked, labels, breaks=breaks, on_page=False)
    notes = next((i for i, t in enumerate(masked) if t.type == "footnotes_open"), None)
    return sanitize_masked(html), masked_text(masked), masked_text(masked[:notes])


def _transform_comment(tokens: list[Token], labels: Labels) -> None:
    for token in inline_tokens(tokens):
        links.complete_links(token.children or [], labels.masked, links.COMMENT_REL)


def _transform_post(
    tokens: list[Token], known: Mapping[str, pictures.Picture], labels: Labels, id_prefix: str
) -> tuple[list[Token], list[Problem]]:
    problems = pictures.resolve_pictures(tokens, known, labels.masked)
    for token in inline_tokens(tokens):
        problems += links.complete_links(token.children or [], labels.masked)
    tokens, more = footnotes.collect_footnotes(tokens)
    problems += more

    def masked_title(children: list[Token], hidden: bool) -> str:
        return labels.masked if hidden else plain_text(mask_inline(children, labels.masked))

    headings.assign_levels_and_ids(tokens, masked_title, id_prefix)
    return tokens, problems


def _has_spoilers(tokens: list[Token]) -> bool:
    return any(
        token.type == BLOCK_OPEN or any(c.type == INLINE_OPEN for c in token.children or [])
        for token in tokens
    )


@cache
def _labels(language: str) -> Labels:
    with override(language):
        return Labels(
            spoiler=_("Spoiler"),
            masked=_("[spoiler]"),
            table=_("Table"),
            footnotes=_("Footnotes"),
            footnote=_("Footnote %(number)s"),
            back=_("back to text"),
            back_to=_("back to text, reference %(number)s"),
        )
