"""How much a reader's browser has to download."""

import re
from random import Random
from typing import Any

import brotli
from django.contrib.staticfiles import finders

from tests.support.wire import wire

LIMIT = 30_000  # bytes over the wire: HTML, styles and scripts of a post with 100 comments


def styles_and_scripts(html: str) -> list[str]:
    """Return the names of the static files that a page loads, except icons."""
    links = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="/static/([^"]+)"', html)
    return links + re.findall(r'<script[^>]*src="/static/([^"]+)"', html)


def compressed(name: str) -> int:
    """Return the size of the compressed static file."""
    with open(finders.find(name), "rb") as file:
        return len(brotli.compress(file.read()))


def prose(chance: Random, words: int) -> str:
    """Return invented words, which compress worse than those of a real language."""
    return " ".join(
        "".join(chance.choices("aeiounrtslm", k=chance.randint(2, 9))) for _number in range(words)
    )


def test_a_post_with_100_comments_weighs_at_most_30_kb(post: Any, say: Any) -> None:
    chance = Random(7)
    for number in range(50):
        first = say(prose(chance, 25), name=f"Reader {number}")
        say(prose(chance, 25), name=f"Answerer {number}", parent=first)
    post.body = "\n\n".join(prose(chance, 80) for _paragraph in range(12))
    post.save()
    page = wire("/reviews/metallic-rain/", accept_encoding="br")
    html = brotli.decompress(page.body).decode()
    files = styles_and_scripts(html)
    assert html.count('id="comment-') >= 100  # all of them on this page
    assert files
    assert len(page.body) + sum(map(compressed, files)) <= LIMIT
