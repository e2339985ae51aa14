"""Collections of hostile and odd texts, through both renderers and a browser's parser."""

from collections.abc import Iterator

import pytest

from markup import render_comment, render_post
from tests.support.hostile_texts import COLLECTIONS, texts
from tests.support.html_inspection import faults


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
    found = in_batches(texts(name))
    assert found
    bad = []
    for text in found:
        for source in in_markdown(text):
            post = render_post(source, pictures={}, site_url="https://a.b", language="en")
            comment = render_comment(source, site_url="https://a.b", language="en")
            for rendered in (post, comment):
                wrong = faults(rendered.html) + faults(rendered.masked_html, masked=True)
                bad += [(source, wrong)] if wrong else []
    assert bad == []
