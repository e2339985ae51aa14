"""Every kind of page in every colour scheme and width; most tests share one visit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from blog.models import Post
from pagecache.version import invalidate_pages
from tests.support.html_validator import complaints, needs_checker
from tests.support.sample_site import (
    Kind,
    Stage,
    login_pages,
    owners_pages,
    readers_pages,
    team_pages,
)
from tests.support.visitor import LOOKS, Visitor

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 450}  # the viewport of a desktop at 200 %


@dataclass
class Seen:
    """The findings on all pages, by the name of the page."""

    html: dict[str, str] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    overflow: dict[str, int] = field(default_factory=dict)

    def look(self, name: str, visitor: Visitor) -> None:
        """Examine an open page in light and dark, on a desktop, zoomed in, and on a phone."""
        page = visitor.page
        self.html[name] = visitor.document.text()
        self.violations[name] = visitor.violations()
        page.emulate_media(color_scheme="dark")
        self.violations[f"{name}, dark"] = visitor.violations(*LOOKS)
        page.set_viewport_size(PHONE)
        self.violations[f"{name}, dark, phone"] = visitor.violations(*LOOKS)
        self.overflow[f"{name}, phone"] = visitor.overflow()
        page.emulate_media(color_scheme="light")
        self.violations[f"{name}, phone"] = visitor.violations(*LOOKS)
        page.set_viewport_size(ZOOMED)
        self.overflow[f"{name}, 200 %"] = visitor.overflow()
        page.set_viewport_size(DESKTOP)


@pytest.fixture(scope="module")
def findings() -> list[Seen]:
    return []


@pytest.fixture
def seen(walk: Callable[..., Iterator[tuple[str, Visitor]]], findings: list[Seen]) -> Seen:
    """Visit all pages once; return the findings."""
    if not findings:
        found = Seen()
        for name, visitor in walk(viewport=DESKTOP, color_scheme="light"):
            found.look(name, visitor)
        findings.append(found)
    return findings[0]


@pytest.fixture
def stage(site: str, ada: Any, mo: Any) -> Stage:
    return Stage(ada, mo)


@pytest.fixture
def walk(
    visit: Callable[..., Visitor], stage: Stage, olive: Any
) -> Callable[..., Iterator[tuple[str, Visitor]]]:
    """Return a function that opens every kind of page in turn with the necessary login."""

    def walked(**options: Any) -> Iterator[tuple[str, Visitor]]:
        stage.mo.groups.add(*stage.ada.groups.all())
        may_set_rules = Permission.objects.get(codename="change_commentsettings")
        stage.mo.user_permissions.add(may_set_rules)
        reader, team = visit(**options), visit(stage.mo, **options)
        yield from opened(reader, readers_pages(stage))
        yield from opened(team, team_pages(stage))
        yield from opened(visit(olive, **options), owners_pages(stage))
        yield from opened(reader, login_pages(stage))
        with transaction.atomic():
            Post.objects.update(published_at=None)
            invalidate_pages()
        yield from opened(reader, [Kind("home, empty", "/")])

    return walked


def opened(visitor: Visitor, kinds: list[Kind]) -> Iterator[tuple[str, Visitor]]:
    for kind in kinds:
        kind.act(visitor.go(kind.path))
        visitor.page.wait_for_load_state()
        yield kind.name, visitor


def faulty(found: dict[str, Any]) -> dict[str, Any]:
    return {name: faults for name, faults in found.items() if faults}


def test_every_page_is_accessible_in_light_and_dark_on_phone_and_desktop(seen):
    assert faulty(seen.violations) == {}


def test_no_page_scrolls_sideways_on_a_phone_or_at_200_percent(seen):
    assert faulty(seen.overflow) == {}


def test_no_page_scrolls_sideways_from_right_to_left(walk, settings):
    settings.LANGUAGE_CODE = "ar"
    assert faulty({name: visitor.overflow() for name, visitor in walk(viewport=PHONE)}) == {}


def test_every_page_is_valid_html(seen):
    assert faulty({name: errors(html) for name, html in seen.html.items()}) == {}


def errors(html: str) -> list[tuple[Any, ...]]:
    """Return the parse errors of a page: where and what."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return parser.errors


@needs_checker
def test_the_w3c_validator_accepts_every_page(seen, tmp_path):
    assert complaints(seen.html, tmp_path) == ""


def test_a_reader_gets_no_cookie_and_at_most_eleven_files_of_this_site(visit, stage, site):
    for name, reader in opened(visit(), readers_pages(stage)):
        kinds = ("image", "font")
        answered = [request for request in reader.requests if not request.redirected_to]
        files = [request for request in answered if request.resource_type not in kinds]
        hosts = {urlsplit(request.url).netloc for request in reader.requests}
        assert reader.page.context.cookies() == [], name
        assert hosts == {urlsplit(site).netloc}, name
        assert len(files) <= 11, name  # the page, its eight style sheets, its script, its icon
