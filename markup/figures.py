"""Turn paragraphs that contain only a picture into figures, with its title as the caption."""

from collections.abc import Container

from markdown_it import MarkdownIt
from markdown_it.token import Token

from markup.pictures import replace_unknown_pictures

_MAX_CHARACTERS = 65_535
"""Characters of captions and figures in one text. With a link reference definition, a few
characters can repeat a long title thousands of times. Pictures beyond the limit stay in their
paragraphs."""

_FIGURE_OVERHEAD = 50  # characters of HTML around the picture


def make_figures(
    tokens: list[Token], known: Container[str], parser: MarkdownIt, env: dict[str, object]
) -> list[Token]:
    """Return the tokens with such paragraphs as figures, if their picture is in `known`."""
    result: list[Token] = []
    room = _MAX_CHARACTERS
    for index, token in enumerate(tokens):
        picture = _only_picture(token, known)
        # Headings and table cells that contain only a picture are left as they are.
        if picture is None or result[-1].type != "paragraph_open" or room < 0:
            result.append(token)
            continue
        room -= _FIGURE_OVERHEAD + len(str(picture.attrs.get("title", "")))
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
    title = str(picture.attrs.pop("title", "")).strip()
    if not title:
        return []
    children = parser.inline.parse(title, parser, env, [])
    for token in children:
        if token.type == "text_special":  # an escaped character; a core rule does this elsewhere
            token.type = "text"
    return [
        Token("figcaption_open", "figcaption", 1, block=True),
        Token("inline", "", 0, content=title, children=replace_unknown_pictures(children)),
        Token("figcaption_close", "figcaption", -1, block=True),
    ]
