"""Markdown to safe HTML, with spoilers, and the masked forms for everywhere else.

One parse gives three results (see `Rendered`), so they cannot differ. The package imports nothing
of the project: picture sizes, the site's address and the language come as arguments.
"""

from collections.abc import Mapping

from markup.parser import read_comment, read_post
from markup.pictures import Picture, Rendition
from markup.pictures import written as picture_markdown
from markup.rendering import Rendered, render
from markup.tokens import inline_tokens, pictures_in

__all__ = [
    "VERSION",
    "Picture",
    "Rendered",
    "Rendition",
    "picture_addresses",
    "picture_markdown",
    "render_comment",
    "render_post",
    "version",
]

VERSION = 2
"""Raised whenever the HTML that comes out changes, so that stored results are rendered again."""


def version(language: str) -> str:
    """What is stored beside rendered text, such as "2-en"."""
    return f"{VERSION}-{language}"


def render_post(
    text: str,
    *,
    pictures: Mapping[str, Picture],
    site_url: str,
    language: str,
    eager_first_image: bool = False,
) -> Rendered:
    """Render a post's Markdown. Never raises, whatever the text.

    `pictures` maps the address of each picture that may be shown to its `Picture`. Pictures are
    loaded lazily; with `eager_first_image`, the first one outside spoilers is loaded at once. The
    renderer's own labels are written in `language`, problems in the active language.
    """
    source = read_post(text, known_pictures=pictures)
    return render(
        source,
        site_url=site_url,
        language=language,
        known_pictures=pictures,
        eager_first_image=eager_first_image,
    )


def render_comment(text: str, *, site_url: str, language: str) -> Rendered:
    """A comment's Markdown, a small subset, in the same forms; never raises."""
    return render(read_comment(text), site_url=site_url, language=language, known_pictures=None)


def picture_addresses(text: str) -> set[str]:
    """The addresses of the pictures that a post's text shows, as `pictures` must name them."""
    inlines = inline_tokens(read_post(text).tokens)
    return {str(p.attrs["src"]) for token in inlines for p in pictures_in(token.children or [])}
