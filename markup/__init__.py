"""Render Markdown with spoilers to safe HTML and to its masked forms.

Each text is parsed once for all results (see `Rendered`). What is needed from the project, such as
picture sizes, comes as arguments.
"""

from collections.abc import Mapping

from markup.parser import parse_comment, parse_post
from markup.pictures import Picture, Rendition, picture_markdown
from markup.plain_text import text_of
from markup.rendering import Rendered, render
from markup.slugs import slugify
from markup.tokens import image_tokens, inline_tokens

VERSION = 4
"""Increase this whenever the HTML output changes, so that stored results are rendered again."""


def version(language: str) -> str:
    """Return the version to store with rendered text, such as "2-en"."""
    return f"{VERSION}-{language}"


def render_post(
    text: str,
    *,
    pictures: Mapping[str, Picture],
    site_url: str,
    language: str,
    eager_first_image: bool = False,
    typography: bool = False,
    id_prefix: str = "",
) -> Rendered:
    """Render a post's Markdown. Never raises, whatever the text.

    `pictures` maps the address of each picture that may be shown to its `Picture`. Pictures are
    loaded lazily; with `eager_first_image`, the first one outside spoilers is loaded at once. The
    renderer's own labels are written in `language`, problems in the active language. With
    `typography`, quotation marks and dashes become those of `language`. `id_prefix` keeps the ids
    of two texts on one page apart.
    """
    quotes_of = language if typography else ""
    return render(
        parse_post(text, known_pictures=pictures, quotes_of=quotes_of),
        site_url=site_url,
        language=language,
        known_pictures=pictures,
        eager_first_image=eager_first_image,
        id_prefix=id_prefix,
    )


def render_comment(text: str, *, site_url: str, language: str) -> Rendered:
    """Render a comment's Markdown, which is a small subset. Never raises, whatever the text."""
    return render(parse_comment(text), site_url=site_url, language=language, known_pictures=None)


def picture_addresses(text: str) -> set[str]:
    """Return the addresses of all pictures in a post's text: the keys that `pictures` needs."""
    inlines = inline_tokens(parse_post(text).tokens)
    return {str(p.attrs["src"]) for token in inlines for p in image_tokens(token.children or [])}
