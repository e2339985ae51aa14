"""A paragraph with nothing but one picture becomes a figure; its title is the caption."""

from collections.abc import Container

from markdown_it import MarkdownIt
from markdown_it.token import Token

from markup.pictures import without_pictures

_ROOM = 65_535
"""Characters of captions and around figures in one text: through a link definition, few characters
can put a long title under thousands of pictures. Pictures beyond it stay in their paragraphs."""

_AROUND = 50


def make(
    tokens: list[Token], known: Container[str], parser: MarkdownIt, env: dict[str, object]
) -> list[Token]:
    """The tokens with such paragraphs as figures, where the picture's address is known.

    A caption may hold inline Markdown, so that a spoiler in it works; it holds no pictures.
    """
    result: list[Token] = []
    room = _ROOM
    for index, token in enumerate(tokens):
        picture = _only_picture(token, known)
        # A heading or a table cell that holds one picture stays what it is.
        if picture is None or result[-1].type != "paragraph_open" or room < 0:
            result.append(token)
            continue
        room -= _AROUND + len(str(picture.attrs.get("title", "")))
        result[-1] = Token("figure_open", "figure", 1, block=True)
        result.append(token)
        result.extend(_caption(picture, parser, env))
        tokens[index + 1] = Token("figure_close", "figure", -1, block=True)
    return result


def _only_picture(token: Token, known: Container[str]) -> Token | None:
    children = token.children or []
    alone = token.type == "inline" and len(children) == 1 and children[0].type == "image"
    return children[0] if alone and children[0].attrs["src"] in known else None


def _caption(picture: Token, parser: MarkdownIt, env: dict[str, object]) -> list[Token]:
    title = str(picture.attrs.get("title", "")).strip()
    if not title:
        return []
    children = parser.inline.parse(title, parser, env, [])
    for token in children:
        if token.type == "text_special":  # an escaped sign; elsewhere a core rule does this
            token.type = "text"
    return [
        Token("figcaption_open", "figcaption", 1, block=True),
        Token("inline", "", 0, content=title, children=without_pictures(children)),
        Token("figcaption_close", "figcaption", -1, block=True),
    ]
