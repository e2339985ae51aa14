"""No address, parameter, field or header is answered with an error of ours, whatever it holds."""

import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.test import Client
from django.urls import get_resolver

from tests import test_spoilers
from tests.support.forms import form
from tests.support.wsgi_client import Ask, whole_site
from tests.test_spoilers import SURFACES, routes

# The same site, with something at each of its addresses.
story, places, post = test_spoilers.story, test_spoilers.places, test_spoilers.post

# Percent-encoded, as they come over the wire.
VALUES = {
    "NUL": "a%00b",
    "beyond 64 bits": str(2**63),
    "5,000 digits": "9" * 5_000,
    "Arabic digits": quote("٣"),
    "a superscript": quote("²"),
    "a lone surrogate": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "line ends": "%0d%0aX-Evil:%201",
    "a quote": "%27%20OR%201=1%20--",
    "a template": quote("{{ 7|add:7 }}{% debug %}"),
    "a tag": quote("<script>alert(1)</script>"),
    "beyond the last character": "%F4%90%80%80",
    "100 kB": "%22" * 33_000,
}
PARAMETERS = ["q", "page", "comments", "parent", "next", "status", "act", "detail", "name", "token"]
LISTS = ["q", "o", "p", "all", "_popup", "_to_field", "_changelist_filters", "id__exact", "e"]
LISTS += ["id__in", "author__id__exact", "published_at__year", "published_at__gte", "tags__name"]
FIELDS = [*PARAMETERS, "email", "website", "body", "subject", "username", "password", "comment"]
FIELDS += [
    "seen",
    "version",
    "old_password",
    "new_password1",
    "content",
    "image",
    "alt",
    "title",
    "slug",
]
FIELDS += ["action", "_selected_action", "index", "_save"]
HEADERS = ["REFERER", "USER_AGENT", "ORIGIN", "SEC_FETCH_SITE", "ACCEPT_LANGUAGE", "RANGE"]
HEADERS += ["ACCEPT_ENCODING", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "COOKIE", "X_CSRFTOKEN"]
EDITED = ["blog/post", "blog/page", "blog/tag", "auth/user", "redirects/redirect"]
TOKEN = "a" * 32
each_value = pytest.mark.parametrize("kind", VALUES)


class Asker:
    """Asks, and keeps what was answered with an error of ours."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.broken = ask, list[str]()

    def __call__(
        self,
        path: str,
        query: str = "",
        cookie: str = "",
        method: str = "GET",
        body: Any = b"",
        **headers: str,
    ) -> None:
        environ = {
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_COOKIE": f"{cookie}; csrftoken={TOKEN}",
            **headers,
        }
        answer = self.ask("/", method, body, **environ)
        if answer.status >= 500 or "x-evil" in answer.headers:
            self.broken.append(f"{answer.status} {method} {path[:80]}?{query[:80]} {headers}"[:300])


@pytest.fixture
def asker(places: dict[str, Any]) -> Asker:
    return Asker(whole_site())


@pytest.fixture
def owner(olive: Any) -> str:
    """The cookie of who may see everything."""
    client = Client()
    client.force_login(olive)
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.fixture
def addresses(places: dict[str, Any]) -> list[str]:
    """Every address of the site; last the one that ends the session."""
    found = [address.format(**places).partition("?")[0] for address, _allowed in SURFACES.values()]
    return sorted(found, key=lambda path: path == "/logout/")


@each_value
def test_no_parameter_breaks_an_address(
    kind: str, asker: Asker, owner: str, addresses: list[str]
) -> None:
    query = "&".join(f"{name}={VALUES[kind]}" for name in PARAMETERS)
    for path in addresses:
        asker(path, query, owner)
    assert asker.broken == []


@each_value
def test_no_part_of_an_address_breaks_it(kind: str, asker: Asker, owner: str) -> None:
    for route in routes(get_resolver().url_patterns):
        if "<" in route:
            path = "/" + re.sub("<[^>]+>", VALUES[kind].replace("\\", ""), route)
            asker(path, "", owner)
            asker(path, "", "", method="POST")
    assert asker.broken == []


@each_value
def test_nothing_breaks_the_admin(kind: str, asker: Asker, owner: str) -> None:
    value = VALUES[kind]
    for model in EDITED:
        for act in ("change", "delete", "history", "password"):
            asker(f"/admin/{model}/{value}/{act}/", "", owner)
    for name in LISTS:
        asker("/admin/blog/post/", f"{name}={value}", owner)
    for path in ("autocomplete/", "jsi18n/", f"r/{value}/{value}/", f"{value}/", "blog/picture/"):
        asker(f"/admin/{path}", f"q={value}&term={value}&app_label={value}", owner)
    assert asker.broken == []


@each_value
def test_no_field_breaks_an_address(
    kind: str, asker: Asker, owner: str, addresses: list[str]
) -> None:
    body = "&".join(f"{name}={VALUES[kind]}" for name in FIELDS)
    body = f"csrfmiddlewaretoken={TOKEN}&{body}"
    for path in addresses:
        asker(path, "", owner, method="POST", body=body.encode())
    assert asker.broken == []


@each_value
def test_no_field_of_a_comment_breaks_the_form(kind: str, asker: Asker) -> None:
    for field in (*form(), "website", "parent", "subject"):
        body = {**form(), field: ""}
        sent = "&".join(f"{name}={quote(said)}" for name, said in body.items() if name != field)
        sent += f"&{field}={VALUES[kind]}"
        asker("/reviews/metallic-rain/comments/", method="POST", body=sent.encode())
    assert asker.broken == []


@each_value
def test_no_header_breaks_an_answer(kind: str, asker: Asker, places: dict[str, Any]) -> None:
    said = unquote_to_bytes(VALUES[kind]).decode("latin-1")
    for header in HEADERS:
        for path in ("/", "/login/", "/static/css/base.css", f"/media/{places['picture']}"):
            asker(path, **{f"HTTP_{header}": said})
        named = {f"HTTP_{header}": said}
        asker("/reviews/metallic-rain/comments/", method="POST", body=form(), **named)
    assert asker.broken == []
