"""Hostile HTTP over a real socket against `manage.py web`: hosts, lengths, paths."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.forms import form
from tests.support.site_process import FILL, HOST, Served
from tests.support.slow_clients import SlowClients

COMMENTS = "POST /reviews/metallic-rain/comments/ HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
OURS = "Sec-Fetch-Site: same-origin"
EVIL = b"evil.example"
CANARY = b"the canary of the originals"
KEPT = ["/", "/feed/"]
HOSTS = [
    "evil.example",
    f"{HOST}.evil.example",
    f"evil.example/{HOST}",
    f"{HOST}:80@evil.example",
    f"{HOST}:evil.example",
    f"evil.example:80:{HOST}",
    f"{HOST}\r\nHost: evil.example",
    f"evil.example\r\nHost: {HOST}",
    f"{HOST}, evil.example",
    f"{HOST} evil.example",
    f"{HOST}#@evil.example",
    f"{HOST}\x00evil.example",
    "é.evil.example",
    "",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[Served]:
    site = Served(tmp_path_factory.mktemp("site"))
    assert site.run("shell", "-v0", "-c", FILL) == 0, site.log.read_text()
    data = site.log.parent / "data"
    for folder, name in (("originals", "secret.webp"), ("media", "stray.html")):
        (data / folder).mkdir(exist_ok=True)
        (data / folder / name).write_bytes(CANARY)
    site.start()
    yield site
    site.stop()
    assert "Internal Server Error" not in site.log.read_text()


# --- Hosts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*KEPT, "/login/", "/static/css/base.css", "/nothing/"])
def test_no_response_contains_a_foreign_host(path: str, site: Served) -> None:
    before = site.status(f"GET {path} HTTP/1.1")  # the page is cached from now on
    for host in HOSTS:
        ((status, answer),) = site.send(f"GET {path} HTTP/1.1", host=host)
        assert status == 400 or path.startswith(
            "/static/"
        )  # static files do not depend on the host
        assert EVIL not in answer
    ((status, answer),) = site.send(f"GET {path} HTTP/1.1")
    assert status == before
    assert EVIL not in answer


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Server: evil.example",
        "X-Host: evil.example",
        "Forwarded: host=evil.example;proto=https",
        "X-Original-URL: http://evil.example/",
        "X-Rewrite-URL: //evil.example/",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 666",
        "X_Forwarded_Host: evil.example",
    ],
)
@pytest.mark.parametrize("path", ["/", "/login", "/moderation/"])
def test_no_other_header_can_set_the_host(header: str, path: str, site: Served) -> None:
    ((_status, before),) = site.send(f"GET {path}?x={header[:3]} HTTP/1.1")
    ((_status, answer),) = site.send(f"GET {path} HTTP/1.1", header)
    assert EVIL not in answer
    assert b"https://" not in answer.partition(b"\r\n\r\n")[0]
    assert answer[:12] == before[:12]


@pytest.mark.parametrize("path", [*KEPT, "/login", "/moderation/"])
def test_an_absolute_request_target_does_not_change_the_host(path: str, site: Served) -> None:
    ((status, answer),) = site.send(f"GET http://evil.example{path} HTTP/1.1")
    assert status in (200, 301, 302)
    assert EVIL not in answer


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/..",
        "//evil.example/%2e%2e",
        "/%2f%2fevil.example",
        "/%2f/evil.example/login",
        "/\\evil.example",
        "/%5cevil.example",
        "/.//evil.example",
        "/login//evil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20http://evil.example/",
        "/login%0d%0aSet-Cookie:a=b",
        "/reviews//evil.example",
    ],
)
def test_no_path_redirects_to_another_site(path: str, site: Served) -> None:
    """A path without a final slash redirects to itself with one, and never to another host."""
    ((status, answer),) = site.send(f"GET {path} HTTP/1.1")
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert status in (301, 400, 404)
    assert b"\r\nset-cookie: a=b" not in head
    assert b"location: http" not in head
    assert b"location: //" not in head


# --- Lengths ----------------------------------------------------------------------------------


def chunks(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


def typed(words: str) -> bytes:
    return urlencode(form(body=words, email=f"{len(words)}@example.com")).encode()


def test_a_chunked_comment_is_refused_with_an_explanation(site: Served) -> None:
    chunked = "Transfer-Encoding: chunked"
    ((status, answer),) = site.send(COMMENTS, FORM, OURS, chunked, body=chunks(typed("In parts")))
    assert status == 411
    assert b"Content-Length" in answer


def test_a_comment_with_a_length_is_accepted(site: Served) -> None:
    body = typed("Whole")
    assert site.status(COMMENTS, FORM, OURS, f"Content-Length: {len(body)}", body=body) == 303


def test_clients_that_fall_silent_hold_no_thread(site: Served) -> None:
    with SlowClients(site.port, HOST) as clients:
        clients.send_silently("/reviews/metallic-rain/comments/", 30)
        clients.read_nothing("/static/css/base.css", 30)
        assert site.status("GET /login/ HTTP/1.1") == 200


SMUGGLED = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: reviews.example\r\n\r\n"
AMBIGUOUS = {
    "both, a chunk first": ("Content-Length: 6", "Transfer-Encoding: chunked"),
    "both, the other way": ("Transfer-Encoding: chunked", f"Content-Length: {len(SMUGGLED)}"),
    "both, with a tab": ("Content-Length: 6", "Transfer-Encoding:\tchunked"),
    "both, in capitals": ("Content-Length: 6", "Transfer-Encoding: CHUNKED"),
    "both, twice": ("Content-Length: 6", "Transfer-Encoding: identity, chunked"),
    "an unknown coding": ("Transfer-Encoding: xchunked",),
    "identity": ("Transfer-Encoding: identity",),
    "a space before the colon": ("Transfer-Encoding : chunked",),
    "a folded line": ("X: a\r\n Transfer-Encoding: chunked",),
    "two lengths": ("Content-Length: 6", "Content-Length: 60"),
    "a list of lengths": ("Content-Length: 6, 60",),
    "a length with a sign": ("Content-Length: +6",),
    "a negative length": ("Content-Length: -1",),
    "a length in hex": ("Content-Length: 0x6",),
    "a huge length": (f"Content-Length: {'9' * 40}",),
    "other digits": ("Content-Length: \xb2",),
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_requests_cannot_be_smuggled(kind: str, site: Served) -> None:
    answers = site.send(COMMENTS, FORM, OURS, *AMBIGUOUS[kind], body=SMUGGLED)
    assert [status for status, _answer in answers] in ([400], [411])
    assert "smuggled" not in site.log.read_text()


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET / HTTP/9.9"], 400),
        (["GET  / HTTP/1.1"], 400),
        (["GET / HTTP/1.1", "X: " + "a" * 2_000_000], 431),
        (["GET / HTTP/1.1", *(f"X{number}: a" for number in range(200))], 431),
        ([f"GET /{'a' * 70_000} HTTP/1.1"], 414),
        (["\x16\x03\x01\x02\x00"], 400),
    ],
)
def test_invalid_http_gets_an_empty_error(lines: list[str], status: int, site: Served) -> None:
    """The web server sends these itself, without our headers and without a body."""
    ((got, answer),) = site.send(*lines)
    assert got == status
    assert answer.endswith(b"\r\n\r\n")
    assert b"content-type" not in answer


# --- Paths ------------------------------------------------------------------------------------

UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "..\\", "..%5c", "%c0%ae%c0%ae/"]
UP += ["..;/", "....//", "%uff0e%uff0e/", "\uff0e\uff0e/".encode().decode("latin-1"), "..%00/"]
TARGETS = ["verdict.sqlite3", "originals/secret.webp"]


@pytest.mark.parametrize("up", UP)
@pytest.mark.parametrize("folder", ["media", "static/css"])
def test_no_path_leads_out_of_a_folder(folder: str, up: str, site: Served) -> None:
    for target in TARGETS:
        for times in (1, 2):
            for path in (f"/{folder}/{up * times}{target}", f"/{up * times}{folder}/{target}"):
                ((status, answer),) = site.send(f"GET {path} HTTP/1.1")
                assert status in (400, 404)
                assert CANARY not in answer
                assert b"SQLite format" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/media//etc/passwd",
        "/media/%2fetc%2fpasswd",
        "/media/stray.html",
        "/media/stray.html%00.webp",
        "/media/",
        "/media/.",
        "/media/%00",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/file:///etc/passwd",
        "/static/css/base.css%00",
        "/static/",
        "/static/css/",
        "/static/../config/settings.py",
        "/.env",
        "/.git/config",
        "/manage.py",
    ],
)
def test_nothing_but_pictures_and_static_files_is_served(path: str, site: Served) -> None:
    ((status, answer),) = site.send(f"GET {path} HTTP/1.1")
    assert status in (400, 404)
    assert CANARY not in answer
    assert b"root:" not in answer
