"""The site's own typefaces: what is loaded of them, and that nothing moves when they arrive."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from tests.support.visitor import Visitor

PATH = "/reviews/measured/"
BODY = (
    """\
A text with *emphasis*, **weight** and a [link](https://example.org/), long enough for some lines
of any width, so that faces of another width would break it elsewhere.

## A heading over some lines of text that tell how wide a bold face is, again and again

"""
    + "The quick brown fox jumps over the lazy dog, and nobody minds. " * 40
)
MUCH = 90_000  # bytes
TOLERANCE = 0.02
HEIGHTS = """() => [...document.querySelectorAll("h1, .post-body > *, .hint")].map(
  (element) => element.getBoundingClientRect().height)"""
STYLED = "[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)"
FACES = """() => [...document.fonts].filter((face) => face.status == "loaded")
  .map((face) => `${face.family.replaceAll('"', "")} ${face.style}`)"""


def fonts(reader: Visitor) -> list[str]:
    """Return the files of typefaces that the page asked for."""
    asked = [request.url for request in reader.requests if request.resource_type == "font"]
    return sorted({Path(url).name for url in asked})


def opened(reader: Visitor) -> Visitor:
    reader.go(PATH).evaluate("document.fonts.ready")
    return reader


@pytest.fixture
def review(site: str, write: Any) -> Any:
    return write(slug="measured", title="Measured", body=BODY, score=70, verdict="*Good*, then.")


def test_an_english_review_loads_three_faces_of_at_most_90_kb(visit, review):
    reader = opened(visit())
    assert fonts(reader) == ["sans-latin.woff2", "serif-latin-italic.woff2", "serif-latin.woff2"]
    files = [finders.find(f"fonts/{name}") for name in fonts(reader)]
    assert sum(Path(file).stat().st_size for file in files) <= MUCH
    loaded = set(reader.page.evaluate(FACES))
    assert loaded >= {"Verdict Serif normal", "Verdict Serif italic", "Verdict Sans normal"}


def test_letters_of_other_scripts_load_only_the_faces_that_have_them(visit, write, site):
    write(slug="measured", body="Жизнь *и* судьба")
    assert {"serif-cyrillic.woff2", "serif-cyrillic-italic.woff2"} <= set(fonts(opened(visit())))


def test_a_japanese_page_keeps_the_faces_of_the_system(visit, review, settings):
    settings.LANGUAGE_CODE = "ja"
    reader = opened(visit())
    assert fonts(reader) == []
    assert "Hiragino" in reader.page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_the_faces_arrive(visit, review, width):
    loaded, waiting = (visit(viewport={"width": width, "height": 900}) for _reader in range(2))
    waiting.page.route("**/*.woff2", lambda route: None)  # they never come
    waiting.page.goto(PATH, wait_until="domcontentloaded")
    while not waiting.page.evaluate(STYLED):
        waiting.page.wait_for_timeout(50)
    before = waiting.page.evaluate(HEIGHTS)
    after = opened(loaded).page.evaluate(HEIGHTS)
    assert sum(before) == pytest.approx(sum(after), rel=TOLERANCE)
