"""From settled or masked tokens to HTML; what comes out still passes `sanitizer`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.html import escape
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from markup.pictures import SIZES
from markup.spoiler_syntax import STAND_IN, mask_plain


@dataclass(frozen=True)
class Words:
    """The words that the renderer itself writes, in the language of the text."""

    spoiler: str
    masked: str
    table: str
    footnotes: str
    footnote: str
    back: str
    back_to: str


def to_html(
    tokens: list[Token], words: Words, *, breaks: bool = False, on_page: bool = True
) -> str:
    """The tokens as HTML. Off the page nothing has an id, and nothing links to one."""
    options = OptionsDict(
        {  # type: ignore[typeddict-item]
            "html": False,
            "xhtmlOut": False,
            "breaks": breaks,
            "langPrefix": "",
            "highlight": None,
        }
    )
    html = _renderer(words, on_page).render(tokens, options, {})
    return html.replace(STAND_IN, "&gt;")


@cache
def _renderer(words: Words, on_page: bool) -> "_Renderer":
    """It remembers nothing of a text, and making one takes as long as a short comment."""
    return _Renderer(words, on_page)


class _Renderer(RendererHTML):
    """markdown-it's renderer with rules for our own tokens; each method is named for its token."""

    def __init__(self, words: Words, on_page: bool) -> None:
        super().__init__()
        self._words = words
        self._on_page = on_page

    def spoiler_open(self, *_: object) -> str:
        return (
            '<span class="spoiler"><input type="checkbox" class="spoiler-toggle" '
            f'aria-label="{escape(self._words.spoiler)}"><span class="spoiler-text">'
        )

    def spoiler_close(self, *_: object) -> str:
        return "</span></span>"

    def spoiler_block_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        if tokens[idx].hidden:
            return ""
        label = mask_plain(tokens[idx].info, self._words.masked)
        summary = f"{self._words.spoiler}: {label}" if label else self._words.spoiler
        return f'<details class="spoiler">\n<summary>{escape(summary)}</summary>\n'

    def spoiler_block_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "" if tokens[idx].hidden else "</details>\n"

    def table_open(self, *_: object) -> str:
        if not self._on_page:
            return "<table>\n"
        # A group, not a region: several landmarks of one name would confuse a screen reader.
        label = escape(self._words.table)
        return f'<div class="table" role="group" tabindex="0" aria-label="{label}">\n<table>\n'

    def table_close(self, *_: object) -> str:
        return "</table>\n</div>\n" if self._on_page else "</table>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # The parser aligns with a style attribute, which the content security policy forbids.
        token = tokens[idx]
        align = str(token.attrs.get("style", "")).removeprefix("text-align:")
        return f'<{token.tag} class="align-{align}">' if align else f"<{token.tag}>"

    td_open = th_open

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # Wide code scrolls, and what scrolls must be reachable by keyboard.
        opening = '<pre tabindex="0">' if self._on_page else "<pre>"
        return f"{opening}<code>{escape(tokens[idx].content)}</code></pre>\n"

    code_block = fence

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        attrs, meta = tokens[idx].attrs, tokens[idx].meta
        size = f'width="{attrs["width"]}" height="{attrs["height"]}"'
        img = f'<img src="{escape(attrs["src"])}" alt="{escape(attrs["alt"])}" {size}'
        if not self._on_page:
            return f"{img}>"
        when = 'fetchpriority="high"' if "first" in meta else 'loading="lazy" decoding="async"'
        sources = "".join(
            f'<source type="{type}" srcset="{escape(srcset)}" sizes="{SIZES}">'
            for type, srcset in meta["sources"]
        )
        return f"<picture>{sources}{img} {when}></picture>" if sources else f"{img} {when}>"

    def footnote_ref(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        number, use = tokens[idx].meta["number"], tokens[idx].meta["use"]
        if not self._on_page:
            return f"<sup>[{number}]</sup>"
        label = escape(self._words.footnote % {"number": number})
        return (
            f'<sup class="footnote-ref"><a href="#fn-{number}" id="{_way_back(number, use)}" '
            f'role="doc-noteref" aria-label="{label}">[{number}]</a></sup>'
        )

    def footnotes_open(self, *_: object) -> str:
        if not self._on_page:
            return "<hr>\n<ol>\n"
        label = escape(self._words.footnotes)
        return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">\n<ol>\n'

    def footnotes_close(self, *_: object) -> str:
        return "</ol>\n</section>\n" if self._on_page else "</ol>\n"

    def footnote_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f'<li id="fn-{tokens[idx].meta["number"]}">\n' if self._on_page else "<li>\n"

    def footnote_back_open(self, *_: object) -> str:
        return '<p class="footnote-back">'

    def footnote_back(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        number, use = tokens[idx].meta["number"], tokens[idx].meta["use"]
        label = self._words.back if use == 1 else self._words.back_to % {"number": use}
        address = f"#{_way_back(number, use)}"
        return f'<a href="{address}" role="doc-backlink" aria-label="{escape(label)}">↩\ufe0e</a> '


def _way_back(number: int, use: int) -> str:
    return f"fnref-{number}" if use == 1 else f"fnref-{number}-{use}"
