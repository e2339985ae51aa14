"""Nothing on a page moves while its typefaces and pictures arrive."""

import pytest
from playwright.sync_api import Page, Route

from tests.support.sample_site import Stage

PATHS = ("/", "/reviews/metallic-rain/", "/works/", "/works/metallic-rain/", "/search/?q=rain")
LATE = 1000  # milliseconds that each typeface takes
# What moved, and by how much; an element that is not in view counts nothing.
SHIFTS = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().map((entry) => [
    entry.value, ...entry.sources.map(({node}) => node?.parentElement?.outerHTML.slice(0, 80)),
  ]))).observe({type: "layout-shift", buffered: true});
  setTimeout(done, 300, []);
})"""


@pytest.fixture
def stage(site, ada, mo):
    return Stage(ada, mo)


def go_with_late_typefaces(page: Page, path: str) -> int:
    """Open a page whose typefaces come a second later than all else; return their number."""
    late: list[Route] = []
    page.route("**/*.woff2", lambda route: late.append(route))
    page.goto(path, wait_until="domcontentloaded")
    page.wait_for_timeout(LATE)
    for route in late:
        route.continue_()
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    return len(late)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_typefaces_come_late(visit, stage, width):
    for path in PATHS:
        page = visit(viewport={"width": width, "height": 844}).page
        assert go_with_late_typefaces(page, path) >= 2
        assert page.evaluate(SHIFTS) == [], path


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_on_a_page_that_loads_as_usual(visit, stage, width):
    for path in PATHS:
        page = visit(viewport={"width": width, "height": 844}).go(path)
        page.evaluate("document.fonts.ready")
        assert page.evaluate(SHIFTS) == [], path
