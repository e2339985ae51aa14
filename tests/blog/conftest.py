"""Fixtures for the tests of the blog."""

from collections.abc import Callable
from typing import Any

import pytest

from blog.models import Picture, Work
from tests.support.forms import fields

Send = Callable[..., Any]

__all__ = ["fields"]


@pytest.fixture
def complete(db: None) -> dict[str, str]:
    """The fields of the form of a review that completes the checklist."""
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
