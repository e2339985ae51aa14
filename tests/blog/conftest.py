"""What the tests of the blog share: a clock to move, the admin's forms as a browser sends them."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Picture, Work

Send = Callable[..., Any]


class Clock:
    """The site's clock, ahead of the real one by what a test has moved it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def move(self, **amount: float) -> None:
        self.ahead += timedelta(**amount)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made, now, seconds = Clock(), timezone.now, time.time

    def moved() -> datetime:
        return now() + made.ahead

    monkeypatch.setattr("django.utils.timezone.now", moved)
    monkeypatch.setattr("time.time", lambda: seconds() + made.ahead.total_seconds())
    return made


@pytest.fixture
def send_form() -> Send:
    """Opens a page, changes some fields of its form and sends it; the others go as they stand."""

    def sent(client: Client, address: str, **changes: Any) -> Any:
        page = client.get(address)
        assert page.status_code == 200, address
        return client.post(address, {**fields(page.content.decode()), **changes})

    return sent


@pytest.fixture
def complete(db: None) -> dict[str, str]:
    """What a review's form holds when nothing on the checklist is missing."""
    Picture.objects.bulk_create([Picture(file="pictures/hail.webp", width=4, height=3, alt="Hail")])
    work = Work.objects.create(title="Hail", slug="hail", kind="film")
    return {
        "work": str(work.pk),
        "thumbnail": str(Picture.objects.get(file="pictures/hail.webp").pk),
        "summary": "It hails.",
        "spoiler_level": "none",
        "verdict": "Bring a hat.",
        "score": "70",
    }


def fields(html: str) -> dict[str, Any]:
    """What a browser would send of the page's main form, without its buttons and files."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    form = tree.find(".//div[@id='content-main']//form")
    found: dict[str, Any] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "")
        if field.tag not in ("input", "textarea", "select") or not name:
            continue
        if kind in ("submit", "file", "button"):
            continue
        if field.tag == "select":
            chosen = [o.get("value") for o in field.iter("option") if o.get("selected") is not None]
            found[name] = chosen if field.get("multiple") is not None else "".join(chosen)
        elif field.tag == "textarea":
            found[name] = (field.text or "").removeprefix("\n")
        elif kind not in ("checkbox", "radio") or field.get("checked") is not None:
            found[name] = field.get("value", "on" if kind == "checkbox" else "")
    return found
