"""Collections of hostile and odd texts, through both renderers and a browser's parser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from markup import render_comment, render_post

from .inspection import faults

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


def in_markdown(text: str) -> Iterator[str]:
    """The text as it is, and all of it in the places where Markdown lets addresses through."""
    yield text
    line = " ".join(text.split())
    yield f"[a]({line}) ![b](<{line}> '{line}') <{line}> ||{line}|| [c]\n\n[c]: <{line}>"


def in_batches(texts: list[str]) -> list[str]:
    """A few texts as they are; of thousands, twenty-five at a time, each in its own paragraph."""
    if len(texts) < 1_000:
        return texts
    return ["\n\n".join(texts[start : start + 25]) for start in range(0, len(texts), 25)]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_nothing_scriptable_comes_out_of_hostile_texts(name: str) -> None:
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the project, in shared/data/hostile")
    texts = in_batches(COLLECTIONS[name](path.read_text()))
    assert texts
    bad = []
    for text in texts:
        for source in in_markdown(text):
            post = render_post(source, pictures={}, site_url="https://a.b", language="en")
            comment = render_comment(source, site_url="https://a.b", language="en")
            for rendered in (post, comment):
                found = faults(rendered.html) + faults(rendered.masked_html, masked=True)
                bad += [(source, found)] if found else []
    assert bad == []
