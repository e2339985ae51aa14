"""Security headers, in a table of all kinds of responses."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.redirects.models import Redirect
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from blog.images import processing
from blog.models import Picture, Post, SiteSettings
from comments.models import Comment
from core.middleware.security_headers import UNUSED_FEATURES
from tests.support.forms import form
from tests.support.wire import Answer
from tests.support.wsgi_client import HTTPS, Ask, whole_site

POST = "/reviews/metallic-rain/"
COMMENTS = f"{POST}comments/"
PAGE = {
    "content-security-policy": "default-src 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PICTURE = {**PAGE, "cross-origin-resource-policy": "cross-origin"}
SANDBOX = {**PICTURE, "content-security-policy": "sandbox"}
PRIVATE = {**PAGE, "referrer-policy": "no-referrer"}


class Stage:
    """The site, with the requests that the table needs."""

    def __init__(self, ask: Ask, post: Post, author: Client, monkeypatch: Any) -> None:
        self.ask, self.post, self.author, self.monkeypatch = ask, post, author, monkeypatch

    def cached(self, path: str, **environ: str) -> Answer:
        """Return the second response, which comes from the page cache."""
        assert self.ask(path).status == 200
        return self.ask(path, **environ)

    def not_modified(self) -> Answer:
        return self.ask(POST, HTTP_IF_NONE_MATCH=self.ask(POST).headers["etag"])

    def comment(self, address: str = "203.0.113.7", **values: Any) -> Answer:
        return self.ask(COMMENTS, "POST", form(**values), REMOTE_ADDR=address)

    def after_one(self, minutes: int = 0, **second: Any) -> Answer:
        """Return the response to a second comment, some minutes after the first."""
        assert self.comment().status == 303
        Comment.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))
        return self.comment(**second)

    def receipt(self) -> Answer:
        return self.ask(self.comment().headers["location"])

    def permalink(self) -> Answer:
        self.comment()
        Comment.objects.update(status="approved")
        return self.ask(f"/comments/{Comment.objects.get().pk}/")

    def broken(self) -> Answer:
        """Return the response of a view that fails."""

        def fail(*_args: Any) -> Any:
            raise ArithmeticError("it broke")

        self.monkeypatch.setattr("blog.related.related", fail)
        return self.ask(POST)

    def full(self) -> Answer:
        """Return the response to a comment that the database refuses."""

        def fail(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.startswith(("INSERT", "UPDATE")):
                raise DatabaseError("disk full")
            return execute(sql, *rest)

        self.ask(COMMENTS)
        with connection.execute_wrapper(fail):
            return self.comment()

    def picture(self) -> Answer:
        png = BytesIO()
        Image.new("RGB", (4, 3)).save(png, "PNG")
        clean, picture = processing.reencode(png), Picture(alt="A wet street")
        picture.file.save(clean.name, clean)
        return self.ask(f"/media/{picture.file.name}")

    def moved(self, target: str) -> Answer:
        Redirect.objects.create(site_id=1, old_path="/old/", new_path=target)
        return self.ask("/old/")

    def as_author(self, path: str, method: str = "GET", body: Any = b"") -> Answer:
        return self.ask(
            path, method, body, HTTP_COOKIE=self.author.cookies.output(header="").strip()
        )

    def draft(self) -> Answer:
        Post.objects.update(published_at=timezone.now() + timedelta(days=1))
        return self.as_author(POST)


# kind of response: (status, its headers, how to get it)
KINDS: dict[str, tuple[int, dict[str, str], Callable[[Stage], Answer]]] = {
    "a page": (200, PAGE, lambda s: s.ask(POST)),
    "a cached page": (200, PAGE, lambda s: s.cached(POST)),
    "a compressed page": (200, PAGE, lambda s: s.cached(POST, HTTP_ACCEPT_ENCODING="br")),
    "HEAD": (200, PAGE, lambda s: s.ask(POST, "HEAD")),
    "not modified": (304, PAGE, lambda s: s.not_modified()),
    "a page that is never kept": (200, PAGE, lambda s: s.ask("/search/?q=rain")),
    "a draft": (200, PAGE, lambda s: s.draft()),
    "the form alone": (200, PAGE, lambda s: s.ask(COMMENTS)),
    "privacy": (200, PAGE, lambda s: s.ask("/privacy/")),
    "a feed": (200, PAGE, lambda s: s.ask("/feed/")),
    "a cached feed": (200, PAGE, lambda s: s.cached("/feed/atom/")),
    "the sitemap": (200, PAGE, lambda s: s.ask("/sitemap.xml")),
    "robots": (200, PAGE, lambda s: s.ask("/robots.txt")),
    "no security.txt": (404, PAGE, lambda s: s.ask("/.well-known/security.txt")),
    "healthz": (200, PAGE, lambda s: s.ask("/healthz")),
    "readyz": (200, PAGE, lambda s: s.ask("/readyz")),
    "the login": (200, PAGE, lambda s: s.ask("/login/")),
    "the admin": (200, PAGE, lambda s: s.as_author("/admin/")),
    "a style sheet": (200, PAGE, lambda s: s.ask("/static/css/base.css")),
    "a script": (200, PAGE, lambda s: s.ask("/static/js/editor.js")),
    "an icon": (200, PICTURE, lambda s: s.ask("/static/img/icon.svg")),
    "the favicon": (200, PICTURE, lambda s: s.ask("/favicon.ico")),
    "a picture": (200, SANDBOX, lambda s: s.picture()),
    "a receipt": (200, PRIVATE, lambda s: s.receipt()),
    "a comment taken": (303, PAGE, lambda s: s.comment()),
    "a permalink": (302, PAGE, lambda s: s.permalink()),
    "the way to the login": (302, PAGE, lambda s: s.ask("/moderation/")),
    "a missing slash": (301, PAGE, lambda s: s.ask("/login")),
    "an address that moved": (301, PAGE, lambda s: s.moved("/new/")),
    "an address that is gone": (410, PAGE, lambda s: s.moved("")),
    "a wrong field": (400, PAGE, lambda s: s.comment(body="")),
    "a foreign host": (400, PAGE, lambda s: s.ask("/login/", HTTP_HOST="evil.example")),
    "a foreign host for a cached page": (
        400,
        PAGE,
        lambda s: s.cached(POST, HTTP_HOST="evil.example"),
    ),
    "too many fields": (
        400,
        PAGE,
        lambda s: s.ask(COMMENTS, "POST", b"a=1&" * 1001),
    ),
    "a form from another site": (
        403,
        PAGE,
        lambda s: s.ask(COMMENTS, "POST", form(), HTTP_SEC_FETCH_SITE="cross-site"),
    ),
    "a form without its token": (403, PAGE, lambda s: s.ask("/login/", "POST", {"username": "a"})),
    "not allowed": (403, PAGE, lambda s: s.as_author("/moderation/")),
    "nothing there": (404, PAGE, lambda s: s.ask("/nothing/here/")),
    "no such picture": (404, PAGE, lambda s: s.ask("/media/nothing.webp")),
    "no such static file": (404, PAGE, lambda s: s.ask("/static/nothing.css")),
    "another method": (405, PAGE, lambda s: s.ask("/logout/")),
    "a copy": (409, PAGE, lambda s: s.after_one(minutes=2)),
    "no length": (
        411,
        PAGE,
        lambda s: s.ask(COMMENTS, "POST", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""),
    ),
    "too large": (413, PAGE, lambda s: s.ask(COMMENTS, "POST", b"a" * 3_000_000)),
    "too fast": (429, PAGE, lambda s: s.after_one(body="And another thing.")),
    "a page that breaks": (500, PAGE, lambda s: s.broken()),
    "a database that is full": (503, PAGE, lambda s: s.full()),
    "an upload by nobody": (403, PAGE, lambda s: s.ask("/admin/upload/", "POST")),
    "an upload by GET": (405, PAGE, lambda s: s.ask("/admin/upload/")),
    "an upload without its token": (
        403,
        PAGE,
        lambda s: s.as_author("/admin/upload/", "POST", {"alt": "a"}),
    ),
}


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def stage(post: Post, author: Client, monkeypatch: Any) -> Stage:
    return Stage(whole_site(), post, author, monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
def test_every_response_has_every_header(kind: str, stage: Stage) -> None:
    status, wanted, get = KINDS[kind]
    answer = get(stage)
    assert answer.status == status
    for name, value in wanted.items():
        assert value in answer.headers.get(name, ""), name
    assert "strict-transport-security" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def behind_tls(settings: Any) -> Ask:
    """The site with an https SITE_URL; requests use TLS unless a test says otherwise."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_SSL_HOST = "reviews.example"
    ask = whole_site()
    return lambda *args, **environ: ask(*args, **{**HTTPS, **environ})


@pytest.mark.parametrize("kind", KINDS)
def test_behind_tls_every_response_has_the_hsts_header(
    kind: str, post: Post, author: Client, settings: Any, monkeypatch: Any
) -> None:
    status, _wanted, get = KINDS[kind]
    answer = get(Stage(behind_tls(settings), post, author, monkeypatch))
    assert answer.status == status
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["testserver", "evil.example", "testserver:80@evil.example"])
@pytest.mark.parametrize("path", [POST, "/login/", "/static/css/base.css", "/nothing/"])
def test_plain_http_redirects_to_the_sites_own_address_for_any_host(
    path: str, host: str, post: Post, settings: Any
) -> None:
    ask = behind_tls(settings)
    answer = ask(path, HTTP_HOST=host, **{"wsgi.url_scheme": "http"})
    assert answer.status == 301
    assert answer.headers["location"] == f"https://reviews.example{path}"
    assert "strict-transport-security" not in answer.headers  # browsers ignore the header there
    for name, value in PAGE.items():
        assert value in answer.headers.get(name, ""), name


def test_every_unused_browser_feature_is_disabled(stage: Stage) -> None:
    policy = stage.ask(POST).headers["permissions-policy"]
    assert re.fullmatch(r"([a-z-]+=\(\), )+[a-z-]+=\(\)", policy)
    assert len(policy.split(", ")) == len(UNUSED_FEATURES.split()) > 25


def test_no_page_has_a_weaker_policy_than_the_others(stage: Stage) -> None:
    """No inline script or style, no frames, and no forms with other targets."""
    for path in (POST, "/", "/login/", "/search/", "/nothing/"):
        policy = dict(
            part.split(" ", 1)
            for part in stage.ask(path).headers["content-security-policy"].split("; ")
        )
        assert policy.pop("default-src") == policy.pop("base-uri") == "'none'"
        assert policy.pop("frame-ancestors") == "'none'"
        assert set(policy.values()) == {"'self'"}


def test_a_cached_page_has_no_additional_headers(stage: Stage) -> None:
    SiteSettings(name="The Late Showing").save()
    cache.clear()
    first, second = stage.ask("/"), stage.ask("/")
    assert first.headers == second.headers
    assert "set-cookie" not in first.headers
