"""Hostile and unusual texts in both renderers, checked with a browser's parser."""

from collections.abc import Iterator

import pytest

from markup import render_comment, render_post
from tests.support.hostile_texts import SHARED_COLLECTIONS, nested_texts, own_texts, shared_texts
from tests.support.html_inspection import faults


def variants(text: str) -> Iterator[str]:
    """Yield the text as it is, and inside each Markdown construct that contains a URL."""
    yield text
    line = " ".join(text.split())
    yield f"[a]({line}) ![b](<{line}> '{line}') <{line}> ||{line}|| [c]\n\n[c]: <{line}>"


def batches(texts: list[str]) -> list[str]:
    """Return a small collection as it is, and a large one as paragraphs, 25 texts at a time."""
    if len(texts) < 1_000:
        return texts
    return ["\n\n".join(texts[start : start + 25]) for start in range(0, len(texts), 25)]


def text_faults(text: str) -> list[tuple[str, list[str]]]:
    """Return each variant of a text with what is wrong in its rendered HTML."""
    result = []
    for source in variants(text):
        post = render_post(source, pictures={}, site_url="https://a.b", language="en")
        comment = render_comment(source, site_url="https://a.b", language="en")
        for rendered in (post, comment):
            wrong = faults(rendered.html) + faults(rendered.masked_html, masked=True)
            result += [(source, wrong)] if wrong else []
    return result


@pytest.mark.parametrize("text", own_texts())
def test_a_hostile_text_yields_only_allowed_html(text: str) -> None:
    assert text_faults(text) == []


@pytest.mark.parametrize("text", nested_texts(), ids=lambda text: text[:12])
def test_a_deeply_nested_text_yields_only_allowed_html(text: str) -> None:
    assert text_faults(text) == []


@pytest.mark.parametrize("name", SHARED_COLLECTIONS)
def test_a_shared_collection_yields_only_allowed_html(name: str) -> None:
    texts = batches(shared_texts(name))
    assert texts
    assert [fault for text in texts for fault in text_faults(text)] == []
