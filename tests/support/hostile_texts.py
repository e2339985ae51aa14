"""Hostile and unusual texts for tests.

The project has texts of its own in `tests/data/hostile_texts.json`. Larger public collections are
used in addition where they lie beside the project, in `../shared/data/hostile`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

OWN = Path(__file__).resolve().parents[1] / "data" / "hostile_texts.json"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile"


def json_texts(*keys: str) -> Callable[[str], list[str]]:
    """Return a reader for a JSON list of texts, or of objects with texts under the given keys."""

    def read(content: str) -> list[str]:
        data = json.loads(content)
        if not keys:
            return [text for text in data if isinstance(text, str)]
        return [item[key] for item in data for key in keys if isinstance(item.get(key), str)]

    return read


SHARED_COLLECTIONS: dict[str, Callable[[str], list[str]]] = {
    "owasp/payloads.json": json_texts(),
    "owasp/XSS_Filter_Evasion_Cheat_Sheet.md": lambda content: [content, *content.split("\n\n")],
    "payloadbox/xss-payload-list.txt": str.splitlines,
    "dompurify/fixtures_dev.json": json_texts("payload"),
    "bleach/regressions.json": json_texts("input"),
    "nh3/pairs.json": json_texts("input"),
    "blns/blns.json": json_texts(),
    "commonmark/spec-0.31.2.json": json_texts("markdown"),
    "commonmark/gfm-spec-0.29.json": json_texts("markdown"),
}
SHARED_SHORT = (
    "owasp/payloads.json",
    "bleach/regressions.json",
    "nh3/pairs.json",
    "blns/blns.json",
)


def own_texts() -> list[str]:
    """Return the project's own texts."""
    groups: dict[str, list[str]] = json.loads(OWN.read_text())
    return [text for texts in groups.values() for text in texts]


def nested_texts() -> list[str]:
    """Return texts with deep nesting, crossed pairs and much repetition."""
    openings = ("> ", "- ", "[", "![", "*a ", "**", "||", ">!a ", "`", "::: spoiler\n", "[^1]: ")
    texts = [opening * 400 for opening in openings]
    texts += ["||a " * 200 + "b|| " * 200, ">!a " * 200 + "b!< " * 200]
    texts += ["[" * 200 + "a" + "](/b)" * 200, "::: spoiler\n" * 100 + "a\n" + ":::\n" * 100]
    texts += ["<div>" * 200, "<b><i>" * 100 + "</b></i>" * 100, "&lt;" * 300, "a\u0301" * 300]
    return texts


def shared_texts(name: str) -> list[str]:
    """Return one shared collection. Skip the test, with the reason, where it is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the project, in shared/data/hostile")
    return SHARED_COLLECTIONS[name](path.read_text())


def all_texts() -> list[str]:
    """Return every own text and all shared ones that are present, each once."""
    return _own_and_shared(SHARED_COLLECTIONS)


def short_texts() -> list[str]:
    """Return the own texts and the shared ones that are present and meant for short fields."""
    return _own_and_shared(SHARED_SHORT)


def _own_and_shared(names: Iterable[str]) -> list[str]:
    present = [name for name in names if (SHARED / name).exists()]
    shared = [text for name in present for text in shared_texts(name)]
    return list(dict.fromkeys([*own_texts(), *shared]))


def pack(texts: Iterable[str], size: int) -> Iterator[str]:
    """Join texts as paragraphs, yielding as few results of at most `size` characters as possible.

    A text that is longer than `size` is cut.
    """
    packed = ""
    for text in texts:
        if packed and len(packed) + len(text) + 2 > size:
            yield packed
            packed = ""
        packed += f"\n\n{text}" if packed else text[:size]
    if packed:
        yield packed
