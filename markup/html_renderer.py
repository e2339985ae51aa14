"""Render resolved or masked tokens to HTML. The result still has to be sanitized."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from markup.pictures import display_sizes
from markup.spoiler_syntax import GT_PLACEHOLDER, mask_plain_text


@dataclass(frozen=True)
class Labels:
    """The texts that the renderer itself adds, in the language of the post or comment."""

    spoiler: str
    masked: str
    table: str
    footnotes: str
    footnote: str
    back: str
    back_to: str


def render_html(
    tokens: list[Token],
    labels: Labels,
    *,
    breaks: bool = False,
    on_page: bool = True,
    id_prefix: str = "",
) -> str:
    """Return the tokens as HTML; without `on_page` (feeds, mail) there are no ids."""
    options = OptionsDict({"xhtmlOut": False, "breaks": breaks})  # type: ignore[typeddict-item]
    html = _Renderer(labels, on_page, id_prefix).render(tokens, options, {})
    return html.replace(GT_PLACEHOLDER, "&gt;")


class _Renderer(RendererHTML):
    """The HTML renderer of markdown-it with a method for each of our own token types."""

    def __init__(self, labels: Labels, on_page: bool, id_prefix: str) -> None:
        super().__init__()
        self._id_prefix = id_prefix
        self._labels = labels
        self._on_page = on_page

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        """Let quotations and lists have the direction of their own letters where some run from
        the right, for their rules and bullets stand at the start."""
        if any(map(_has_letters_from_right, tokens)):
            for token in tokens:
                if token.type in ("blockquote_open", "bullet_list_open", "ordered_list_open"):
                    token.attrSet("dir", "auto")
        return super().render(tokens, options, env)

    def spoiler_open(self, *_: object) -> str:
        return (
            '<span class="spoiler" data-nosnippet><input type="checkbox" class="spoiler-toggle" '
            f'aria-label="{escape(self._labels.spoiler)}">'
            f'<span class="spoiler-placeholder">{escape(self._labels.masked)}</span>'
            '<span class="spoiler-text" hidden>'
        )

    def spoiler_close(self, *_: object) -> str:
        return "</span></span>"

    def spoiler_block_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        if tokens[idx].hidden:
            return ""
        label = mask_plain_text(tokens[idx].info, self._labels.masked)
        summary = f"{self._labels.spoiler}: {label}" if label else self._labels.spoiler
        return (
            f'<div data-nosnippet><details class="spoiler">\n<summary>{escape(summary)}</summary>\n'
            f'<p class="spoiler-placeholder">{escape(self._labels.masked)}</p>\n'
            '<div class="spoiler-text" hidden>\n'
        )

    def spoiler_block_close(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return "" if tokens[idx].hidden else "</div></details></div>\n"

    def table_open(self, *_: object) -> str:
        if not self._on_page:
            return "<table>\n"
        # Use the role group, not region: several landmarks of one name confuse screen readers.
        label = escape(self._labels.table)
        return f'<div class="table" role="group" tabindex="0" aria-label="{label}">\n<table>\n'

    def table_close(self, *_: object) -> str:
        return "</table>\n</div>\n" if self._on_page else "</table>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        # The parser sets alignment in a style attribute, which the content security policy forbids.
        token = tokens[idx]
        align = str(token.attrs.get("style", "")).removeprefix("text-align:")
        return f'<{token.tag} class="align-{align}">' if align else f"<{token.tag}>"

    td_open = th_open

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # Wide code scrolls, so it must be reachable by keyboard.
        opening = '<pre tabindex="0">' if self._on_page else "<pre>"
        return f"{opening}<code>{escape(tokens[idx].content)}</code></pre>\n"

    code_block = fence

    def image(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        attrs, meta = tokens[idx].attrs, tokens[idx].meta
        size = f'width="{attrs["width"]}" height="{attrs["height"]}"'
        img = f'<img src="{escape(attrs["src"])}" alt="{escape(attrs["alt"])}" {size}'
        if attrs.get("title"):
            img += f' title="{escape(attrs["title"])}"'
        if not self._on_page:
            return f"{img}>"
        if "transparent" in meta:
            img += ' class="transparent"'
        when = 'fetchpriority="high"' if "eager" in meta else 'loading="lazy" decoding="async"'
        sizes = display_sizes(int(attrs["width"]))
        sources = "".join(
            f'<source type="{type}" srcset="{escape(srcset)}" sizes="{sizes}">'
            for type, srcset in meta["sources"]
        )
        return f"<picture>{sources}{img} {when}></picture>" if sources else f"{img} {when}>"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        number, use = tokens[idx].meta["number"], tokens[idx].meta["use"]
        if not self._on_page:
            return f"<sup>[{number}]</sup>"
        label = escape(self._labels.footnote % {"number": number})
        return (
            f'<sup class="footnote-ref"><a href="#{self._note_id(number)}" '
            f'id="{self._reference_id(number, use)}" '
            f'role="doc-noteref" aria-label="{label}">[{number}]</a></sup>'
        )

    def footnotes_open(self, *_: object) -> str:
        if not self._on_page:
            return "<hr>\n<ol>\n"
        label = escape(self._labels.footnotes)
        return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">\n<ol>\n'

    def footnotes_close(self, *_: object) -> str:
        return "</ol>\n</section>\n" if self._on_page else "</ol>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        number = tokens[idx].meta["number"]
        return f'<li id="{self._note_id(number)}">\n' if self._on_page else "<li>\n"

    def footnote_back_open(self, *_: object) -> str:
        return '<p class="footnote-back">'

    def footnote_back(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        number, use = tokens[idx].meta["number"], tokens[idx].meta["use"]
        label = self._labels.back if use == 1 else self._labels.back_to % {"number": use}
        address = f"#{self._reference_id(number, use)}"
        return f'<a href="{address}" role="doc-backlink" aria-label="{escape(label)}">↩\ufe0e</a> '

    def _note_id(self, number: int) -> str:
        return f"{self._id_prefix}fn-{number}"

    def _reference_id(self, number: int, use: int) -> str:
        reference = f"{self._id_prefix}fnref-{number}"
        return reference if use == 1 else f"{reference}-{use}"


def _has_letters_from_right(token: Token) -> bool:
    """Return True if a token's text has Hebrew or Arabic letters, or others that run from right."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in token.content)
