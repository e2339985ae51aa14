"""Collections of hostile and odd texts; they lie beside the project and are no part of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

HOSTILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile"


def of_json(*keys: str) -> Callable[[str], list[str]]:
    def read(content: str) -> list[str]:
        data = json.loads(content)
        if not keys:
            return [text for text in data if isinstance(text, str)]
        return [item[key] for item in data for key in keys if isinstance(item.get(key), str)]

    return read


COLLECTIONS: dict[str, Callable[[str], list[str]]] = {
    "owasp/payloads.json": of_json(),
    "owasp/XSS_Filter_Evasion_Cheat_Sheet.md": lambda content: [content, *content.split("\n\n")],
    "payloadbox/xss-payload-list.txt": str.splitlines,
    "dompurify/fixtures_dev.json": of_json("payload"),
    "bleach/regressions.json": of_json("input"),
    "nh3/pairs.json": of_json("input"),
    "blns/blns.json": of_json(),
    "commonmark/spec-0.31.2.json": of_json("markdown"),
    "commonmark/gfm-spec-0.29.json": of_json("markdown"),
}


def texts(name: str) -> list[str]:
    """One collection; skips, and says why, where it is not there."""
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the project, in shared/data/hostile")
    return COLLECTIONS[name](path.read_text())


def all_texts() -> list[str]:
    """Every text of all collections once."""
    return list(dict.fromkeys(text for name in COLLECTIONS for text in texts(name)))


def packed(found: Iterable[str], size: int) -> Iterator[str]:
    """The texts in as few as hold at most `size` characters, each in paragraphs of its own."""
    pack = ""
    for text in found:
        if pack and len(pack) + len(text) + 2 > size:
            yield pack
            pack = ""
        pack += f"\n\n{text}" if pack else text[:size]
    if pack:
        yield pack
