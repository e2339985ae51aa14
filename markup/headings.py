"""Headings: the highest is an h2, because the page has the h1; each has an address of its own."""

from collections.abc import Callable

from django.utils.text import slugify
from markdown_it.token import Token

from markup.tokens import BLOCK_CLOSE, BLOCK_OPEN, with_depth

_LONGEST = 60


def settle(tokens: list[Token], masked_title: Callable[[list[Token], bool], str]) -> None:
    """Set level and id of each heading, in place.

    `masked_title` gives a heading's text, from its tokens and whether a spoiler is around it: an id
    stands in links and must tell nothing that is hidden.
    """
    used: set[str] = set()
    seen: dict[str, int] = {}
    walk = list(with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE))
    down = 2 - min((_level(token) for token in tokens if token.type == "heading_open"), default=2)
    for index, (token, depth) in enumerate(walk):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = f"h{min(_level(token) + down, 6)}"
        if token.type == "heading_open":
            title = masked_title(tokens[index + 1].children or [], depth > 0)
            token.attrs["id"] = _unused(title, used, seen)


def _level(token: Token) -> int:
    return int(token.tag[1])


def _unused(title: str, used: set[str], seen: dict[str, int]) -> str:
    base = "h-" + (slugify(title, allow_unicode=True)[:_LONGEST].strip("-") or "section")
    name = base
    while name in used:
        seen[base] = seen.get(base, 1) + 1
        name = f"{base}-{seen[base]}"
    used.add(name)
    return name
