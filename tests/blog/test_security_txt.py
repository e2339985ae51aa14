"""The file security.txt (https://www.rfc-editor.org/rfc/rfc9116)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from blog.models import SiteSettings
from tests.support.wire import wire

PATH = "/.well-known/security.txt"


@pytest.fixture
def contact(db: None, settings: Any) -> SiteSettings:
    settings.SITE_URL = "https://reviews.example"
    site = SiteSettings(contact="owner+holes@example.org")
    site.save()
    return site


def fields(text: str) -> dict[str, str]:
    """Return the fields; each occurs once, on a line that ends with a line break."""
    assert text.endswith("\n")
    pairs = [line.split(": ", 1) for line in text.splitlines()]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_it_contains_the_contact_of_the_owner(contact: SiteSettings) -> None:
    answer = wire(PATH, host="localhost")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    found = fields(answer.text)
    assert found["Contact"] == "mailto:owner%2Bholes@example.org"
    assert found["Canonical"] == f"https://reviews.example{PATH}"
    assert found["Preferred-Languages"] == "en"


def test_it_is_valid_and_for_less_than_a_year(contact: SiteSettings) -> None:
    expires = datetime.strptime(fields(wire(PATH).text)["Expires"], "%Y-%m-%dT%H:%M:%SZ")
    ahead = expires.replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(days=30) < ahead < timedelta(days=365)


def test_it_states_the_language_of_the_site(contact: SiteSettings, settings: Any) -> None:
    settings.LANGUAGE_CODE = "pt-br"
    assert fields(wire(PATH).text)["Preferred-Languages"] == "pt-br"


def test_it_is_cached_until_the_contact_changes(contact: SiteSettings, olive: Any) -> None:
    assert wire(PATH).headers["cache-control"] == "no-cache, s-maxage=1"
    client = Client()
    client.force_login(olive)
    values = {"name": "Verdict", "contact": "else@example.org", "keep_address_days": 30}
    changed = client.post("/admin/blog/sitesettings/1/change/", values)
    assert changed.status_code == 302
    assert "mailto:else@example.org" in wire(PATH).text


def test_without_a_contact_it_is_not_found(db: None) -> None:
    answer = wire(PATH)
    assert answer.status == 404
    assert answer.text == "The owner of this site hasn't given a contact address.\n"
