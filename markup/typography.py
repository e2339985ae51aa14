"""Typographic quotation marks, dashes and ellipses, as the language of the text has them.

They are set when a text is rendered: what its author typed stays as it is. Code, addresses and
escaped characters are left alone.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from markup.tokens import inline_tokens

# Outer and inner marks, opening and closing, by the language's first letters.
_QUOTES = {
    "cs": "„“‚‘",
    "da": "»«›‹",
    "de": "„“‚‘",
    "es": "«»“”",
    "fi": "””’’",
    "fr": ["«\u202f", "\u202f»", "‹\u202f", "\u202f›"],
    "it": "«»“”",
    "pl": "„”‚’",
    "ru": "«»„“",
    "sv": "””’’",
    "uk": "«»„“",
}
_DEFAULT_QUOTES = "“”‘’"

_ELLIPSIS = re.compile(r"(?<!\.)\.{3}(?!\.)")
# Between spaces or between letters and digits; `--option` stays as it is.
_EM_DASH = re.compile(r"(?<![-\S])---(?![-\S])|(?<=[^\W_])---(?=[^\W_])")
_EN_DASH = re.compile(r"(?<![-\S])--(?![-\S])|(?<=[^\W_])--(?=[^\W_])")


def typography_plugin(parser: MarkdownIt, language: str) -> None:
    """Let a parser set the marks of a language, such as "de" or "pt-br"."""
    parser.options["typographer"] = True
    parser.options["quotes"] = _QUOTES.get(language[:2], _DEFAULT_QUOTES)
    parser.core.ruler.before("smartquotes", "dashes", _set_dashes)
    parser.enable("smartquotes")


def _set_dashes(state: StateCore) -> None:
    for inline in inline_tokens(state.tokens):
        for token in inline.children or []:
            if token.type == "text" and ("--" in token.content or "..." in token.content):
                text = _ELLIPSIS.sub("…", token.content)
                token.content = _EN_DASH.sub("–", _EM_DASH.sub("—", text))
