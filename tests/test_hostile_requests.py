"""No address, parameter, field or header causes a server error, whatever its value is."""

import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.test import Client
from django.urls import get_resolver

from blog.models import Post
from tests.support import spoiler_site
from tests.support.forms import form
from tests.support.spoiler_site import ADDRESSES, routes
from tests.support.wsgi_client import Ask, whole_site

# Percent-encoded, as they are in a request.
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
PARAMETERS += ["by", "kind", "since", "until"]
LISTS = ["q", "o", "p", "all", "_popup", "_to_field", "_changelist_filters", "id__exact", "e"]
LISTS += ["id__in", "author__id__exact", "published_at__year", "published_at__gte", "tags__name"]
FIELDS = [
    *PARAMETERS,
    "note",
    "post",
    "reason",
    "words",
    "approve_from",
    "list",
    "email",
    "website",
    "body",
    "subject",
    "username",
    "password",
    "comment",
]
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
FIELDS += ["role", "first_name", "last_name", "password1", "password2", "proof"]
FIELDS += ["patterns", "field", "step", "rule", "address", "frequency"]
HEADERS = ["REFERER", "USER_AGENT", "ORIGIN", "SEC_FETCH_SITE", "ACCEPT_LANGUAGE", "RANGE"]
HEADERS += ["ACCEPT_ENCODING", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "COOKIE", "X_CSRFTOKEN"]
EDITED = ["blog/post", "blog/page", "blog/tag", "auth/user", "redirects/redirect"]
TOKEN = "a" * 32
each_value = pytest.mark.parametrize("kind", VALUES)


class Sender:
    """Sends requests, and collects those that cause a server error or inject a header."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.failures = ask, list[str]()

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
            self.failures.append(
                f"{answer.status} {method} {path[:80]}?{query[:80]} {headers}"[:300]
            )


@pytest.fixture
def post(ada: Any) -> Post:
    """The review of a site that has something at each of its addresses."""
    return spoiler_site.create_review(ada)


@pytest.fixture
def values(post: Post, send: Any) -> dict[str, Any]:
    return spoiler_site.placeholders(post, send)


@pytest.fixture
def sender(values: dict[str, Any]) -> Sender:
    return Sender(whole_site())


@pytest.fixture
def owner(olive: Any) -> str:
    """The session cookie of the owner, who may see every page."""
    client = Client()
    client.force_login(olive)
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.fixture
def addresses(values: dict[str, Any]) -> list[str]:
    """Every address of the site; the one that ends the session comes last."""
    found = [address.format(**values).partition("?")[0] for address in ADDRESSES.values()]
    return sorted(found, key=lambda path: path == "/logout/")


@each_value
def test_no_parameter_causes_an_error(
    kind: str, sender: Sender, owner: str, addresses: list[str]
) -> None:
    query = "&".join(f"{name}={VALUES[kind]}" for name in PARAMETERS)
    for path in addresses:
        sender(path, query, owner)
    assert sender.failures == []


@each_value
def test_no_part_of_an_address_causes_an_error(kind: str, sender: Sender, owner: str) -> None:
    for route in routes(get_resolver().url_patterns):
        if "<" in route:
            path = "/" + re.sub("<[^>]+>", VALUES[kind].replace("\\", ""), route)
            sender(path, "", owner)
            sender(path, "", "", method="POST")
    assert sender.failures == []


@each_value
def test_no_address_or_parameter_of_the_admin_causes_an_error(
    kind: str, sender: Sender, owner: str
) -> None:
    value = VALUES[kind]
    for model in EDITED:
        for act in ("change", "delete", "history", "password"):
            sender(f"/admin/{model}/{value}/{act}/", "", owner)
    for name in LISTS:
        sender("/admin/blog/post/", f"{name}={value}", owner)
    for path in ("autocomplete/", "jsi18n/", f"r/{value}/{value}/", f"{value}/", "blog/picture/"):
        sender(f"/admin/{path}", f"q={value}&term={value}&app_label={value}", owner)
    assert sender.failures == []


@each_value
def test_no_form_field_causes_an_error(
    kind: str, sender: Sender, owner: str, addresses: list[str]
) -> None:
    body = "&".join(f"{name}={VALUES[kind]}" for name in FIELDS)
    body = f"csrfmiddlewaretoken={TOKEN}&{body}"
    for path in addresses:
        sender(path, "", owner, method="POST", body=body.encode())
    assert sender.failures == []


@each_value
def test_no_field_of_the_comment_form_causes_an_error(kind: str, sender: Sender) -> None:
    for field in (*form(), "website", "parent", "subject"):
        body = {**form(), field: ""}
        sent = "&".join(f"{name}={quote(text)}" for name, text in body.items() if name != field)
        sent += f"&{field}={VALUES[kind]}"
        sender("/reviews/metallic-rain/comments/", method="POST", body=sent.encode())
    assert sender.failures == []


@each_value
def test_no_header_causes_an_error(kind: str, sender: Sender, values: dict[str, Any]) -> None:
    text = unquote_to_bytes(VALUES[kind]).decode("latin-1")
    for header in HEADERS:
        for path in ("/", "/login/", "/static/css/base.css", f"/media/{values['picture']}"):
            sender(path, **{f"HTTP_{header}": text})
        named = {f"HTTP_{header}": text}
        sender("/reviews/metallic-rain/comments/", method="POST", body=form(), **named)
    assert sender.failures == []
