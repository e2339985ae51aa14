"""Set the levels and ids of headings. The highest is an h2, because the page has the h1."""

from collections.abc import Callable

from markdown_it.token import Token

from markup.slugs import slugify
from markup.tokens import BLOCK_CLOSE, BLOCK_OPEN, walk_with_depth

_MAX_ID_LENGTH = 60


def assign_levels_and_ids(
    tokens: list[Token], masked_title: Callable[[list[Token], bool], str], id_prefix: str
) -> None:
    """Set the level and the id of each heading, in place.

    `masked_title` returns the text of a heading, given its inline tokens and True if it is in a
    spoiler. The id is made from it, because ids appear in links and must not reveal spoilers.
    """
    used: set[str] = set()
    seen: dict[str, int] = {}
    walk = list(walk_with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE))
    down = 2 - min((_level(token) for token in tokens if token.type == "heading_open"), default=2)
    for index, (token, depth) in enumerate(walk):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = f"h{min(_level(token) + down, 6)}"
        if token.type == "heading_open":
            title = masked_title(tokens[index + 1].children or [], depth > 0)
            token.attrs["id"] = _unique_id(f"{id_prefix}h-", title, used, seen)


def _level(token: Token) -> int:
    return int(token.tag[1])


def _unique_id(prefix: str, title: str, used: set[str], seen: dict[str, int]) -> str:
    base = prefix + (slugify(title)[:_MAX_ID_LENGTH].strip("-") or "section")
    name = base
    while name in used:
        seen[base] = seen.get(base, 1) + 1
        name = f"{base}-{seen[base]}"
    used.add(name)
    return name
