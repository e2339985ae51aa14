"""Bodies that no browser sends are refused with a page and cause no server error."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from comments.models import Comment
from tests.support.wire import Answer

FORM = b"name=Rita&email=rita%40example.com&body=Typed+with+care."
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def sent(body: bytes, content_type: str, path: str, **environ: Any) -> Answer:
    """Send a POST request with these headers to the whole WSGI application."""
    from config.wsgi import application

    answer = Answer()
    whole = {
        **Client()._base_environ(PATH_INFO=path, REQUEST_METHOD="POST"),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        **environ,
    }
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer.body = b"".join(application(whole, answer.start))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return answer


def part(value: bytes, head: bytes = b'Content-Disposition: form-data; name="body"') -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + value + b"\r\n--b--\r\n"


UNREADABLE = [
    *[f"{URLENCODED}; charset={name}" for name in ("utf-16", "utf-7", "zip", "idna", "rot13")],
    *[f"{MULTIPART}; charset={name}" for name in ("utf-16", "utf-7", "zip", "idna", "punycode")],
    *[f"{MULTIPART}; charset*={text}" for text in ("none''a", "idna''a%ff", "utf-8''%00", "'")],
    *[f"multipart/form-data; boundary*={text}" for text in ("none''b", "idna''b%ff", "utf-8''%00")],
    *["multipart/form-data", "multipart/form-data; boundary=\xff", "\xff", ";", "multipart/mixed"],
]


@pytest.mark.parametrize("content_type", UNREADABLE)
@pytest.mark.parametrize("path", ["/reviews/metallic-rain/comments/", "/login/", "/"])
def test_an_unknown_encoding_is_refused_with_a_page(
    post: Any, content_type: str, path: str
) -> None:
    for body in (FORM, part(b"\xff\xfe\x00\xd8"), b""):
        answer = sent(body, content_type, path)
        assert answer.status in (400, 403)
        assert "<h1" in answer.text
    assert not Comment.objects.exists()


@pytest.mark.parametrize("charset", ["", "; charset=UTF-8"])
def test_usual_content_types_are_accepted(post: Any, charset: str) -> None:
    assert sent(FORM, URLENCODED + charset, "/reviews/metallic-rain/comments/").status == 303
    assert Comment.objects.get().body == "Typed with care."


BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "100,000 fields": (URLENCODED, lambda: b"&".join(b"f%d=x" % n for n in range(100_000))),
    "3,000 parts": (MULTIPART, lambda: part(b"a").removesuffix(b"--b--\r\n") * 3_000),
    "3,000 files": (
        MULTIPART,
        lambda: part(b"a", b'Content-Disposition: form-data; name="f"; filename="x"')[:-7] * 3_000,
    ),
    "a name of 2 MB": (
        MULTIPART,
        lambda: part(b"a", b'Content-Disposition: form-data; name="' + b"n" * 2_000_000 + b'"'),
    ),
    "200,000 headers of a part": (MULTIPART, lambda: part(b"a", b"X-A: b\r\n" * 200_000)),
    "base64 that is none": (
        MULTIPART,
        lambda: part(
            b"!!!!",
            b'Content-Disposition: form-data; name="body"\r\nContent-Transfer-Encoding: base64',
        ),
    ),
    "a part in no encoding": (
        MULTIPART,
        lambda: part(b"a", b"Content-Disposition: form-data; name*=zip''body"),
    ),
    "half a part": (MULTIPART, lambda: part(b"a")[:30]),
    "gzip": (URLENCODED, lambda: b"\x1f\x8b\x08\x00" + bytes(200)),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_malicious_body_is_refused_with_a_page(post: Any, case: str) -> None:
    content_type, make = BODIES[case]
    answer = sent(make(), content_type, "/reviews/metallic-rain/comments/")
    assert answer.status == 400
    assert "<h1" in answer.text


class Unread(BytesIO):
    """A body that fails if it is read."""

    def read(self, *_size: Any) -> bytes:
        raise AssertionError("It was read.")


@pytest.mark.parametrize("path", ["/reviews/metallic-rain/comments/", "/login/", "/", "/admin/"])
@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
def test_a_body_larger_than_any_picture_is_refused_without_reading_it(
    post: Any, path: str, kind: str
) -> None:
    cookie = f"csrftoken={'a' * 32}"
    environ = {"CONTENT_LENGTH": str(100 << 20), "wsgi.input": Unread(), "HTTP_COOKIE": cookie}
    answer = sent(b"", kind, path, **environ)
    assert answer.status == 413
    assert "Request too large" in answer.text
    assert "no-store" in answer.headers["cache-control"]


def test_the_editors_upload_refuses_a_large_body_in_json(ada: Any, logged_in: Any) -> None:
    answer = logged_in(ada).generic("POST", "/admin/upload/", CONTENT_LENGTH=str(100 << 20))
    assert answer.status_code == 413
    assert "20 MB" in answer.json()["error"]
