"""Requests reach the WSGI application whole, and slow clients hold no thread."""

import asyncio
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest
from whitenoise.responders import SlicedFile

from core.wsgi_to_asgi import BYTES_A_SECOND, WSGIToASGI

Headers = list[tuple[bytes, bytes]]


class Site:
    """A WSGI application that remembers its requests, and answers with `answer`."""

    def __init__(self) -> None:
        self.environs, self.bodies = list[dict[str, Any]](), list[bytes]()
        self.answer: Callable[[dict[str, Any]], Iterable[bytes]] = lambda _environ: [b"ok"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [("X-Name", "caf\xe9")])
        return self.answer(environ)


class Exchange:
    """A request to an ASGI application: its messages, a silence where they end, and the answer."""

    def __init__(self, *parts: bytes, method: str = "POST", headers: Headers = []) -> None:  # noqa: B006  (never changed)
        self.messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": True} for part in parts
        ]
        self.sent = list[dict[str, Any]]()
        self.scope = {
            "type": "http", "method": method, "scheme": "http", "http_version": "1.1",
            "raw_path": b"/%E3%81%82/%FF", "query_string": b"q=1", "headers": headers,
            "server": ("127.0.0.1", "80"), "client": ("127.0.0.1", "9"),
        }  # fmt: skip

    def end(self) -> "Exchange":
        """Let the last part be the end of the body."""
        self.messages[-1]["more_body"] = False
        return self

    def disconnect(self) -> "Exchange":
        """Let the client leave after the last part."""
        self.messages.append({"type": "http.disconnect"})
        return self

    async def receive(self) -> dict[str, Any]:
        if not self.messages:
            await asyncio.sleep(3600)
        return self.messages.pop(0)

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def run(self, application: WSGIToASGI) -> "Exchange":
        asyncio.run(application(self.scope, self.receive, self.send))
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def length(number: int) -> Headers:
    return [(b"content-length", str(number).encode())]


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_body_arrives_whole_in_any_number_of_parts(site):
    parts = [b"a" * 300_000, b"", b"b" * 5]
    exchange = Exchange(*parts, headers=length(300_005)).end().run(WSGIToASGI(site))
    assert site.bodies == [b"".join(parts)]
    assert site.environs[0]["CONTENT_LENGTH"] == "300005"
    assert (exchange.status, exchange.body) == (200, b"ok")


def test_a_body_that_stops_is_refused_and_reaches_no_thread(site):
    exchange = Exchange(b"abc", headers=length(9)).run(WSGIToASGI(site, seconds=0.01))
    assert exchange.status == 408
    assert b"did not arrive in time" in exchange.body
    assert site.environs == []


def test_a_slow_body_has_more_time_as_it_arrives(site):
    exchange = Exchange(*[b"x" * BYTES_A_SECOND] * 3, headers=length(3 * BYTES_A_SECOND)).end()
    receive = exchange.receive

    async def slowly() -> dict[str, Any]:
        await asyncio.sleep(0.1)
        return await receive()

    exchange.receive = slowly  # type: ignore[method-assign]
    assert exchange.run(WSGIToASGI(site, seconds=0.2)).status == 200
    assert len(site.bodies[0]) == 3 * BYTES_A_SECOND


def test_silent_clients_keep_no_other_from_an_answer(site):
    application = WSGIToASGI(site, threads=1)

    async def ask() -> list[Exchange]:
        silent = [Exchange(b"abc", headers=length(9)) for _each in range(50)]
        waiting = [
            asyncio.create_task(application(each.scope, each.receive, each.send)) for each in silent
        ]
        await asyncio.sleep(0)
        other = Exchange(method="GET")
        await application(other.scope, other.receive, other.send)
        for task in waiting:
            task.cancel()
        return [other, *silent]

    other, *silent = asyncio.run(ask())
    assert other.body == b"ok"
    assert [each.sent for each in silent] == [[]] * 50


def test_a_client_that_leaves_during_its_request_causes_nothing(site):
    assert Exchange(b"abc", headers=length(9)).disconnect().run(WSGIToASGI(site)).sent == []
    assert site.environs == []


@pytest.mark.parametrize("number", ["26214401", "99999999999", "-1", "x"])
def test_a_body_that_is_too_large_is_left_for_the_site_to_refuse(site, number):
    headers = [(b"content-length", number.encode())]
    assert Exchange(headers=headers).run(WSGIToASGI(site)).status == 200
    assert (site.environs[0]["CONTENT_LENGTH"], site.bodies) == (number, [b""])


def test_only_the_body_of_a_form_is_waited_for(site):
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        assert Exchange(method=method, headers=length(9)).run(WSGIToASGI(site)).status == 200


def test_a_request_becomes_an_environ_as_pep_3333_describes_it(site):
    headers = [
        (b"host", b"reviews.example"),
        (b"cookie", b"a=\xc3\xbc"),
        (b"cookie", b"b=2"),
        (b"accept", b"text/html"),
        (b"accept", b"*/*"),
        (b"content-type", b"text/plain"),
        (b"x_forwarded_for", b"192.0.2.1"),
    ]
    Exchange(method="GET", headers=headers).run(WSGIToASGI(site))
    environ = site.environs[0]
    assert environ["PATH_INFO"].encode("latin-1") == b"/\xe3\x81\x82/\xff"
    assert environ["QUERY_STRING"] == "q=1"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", "80")
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["HTTP_COOKIE"].encode("latin-1") == b"a=\xc3\xbc; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,*/*"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_a_file_is_left_to_the_server_and_closed(site, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(b"pixels")
    file = path.open("rb")
    site.answer = lambda environ: environ["wsgi.file_wrapper"](file)
    exchange = Exchange(method="GET").run(WSGIToASGI(site))
    assert exchange.sent[1] == {"type": "http.response.pathsend", "path": str(path)}
    assert file.closed


def test_a_file_from_elsewhere_is_sent_in_parts_and_closed(site):
    file = BytesIO(b"pixels" * 5)
    site.answer = lambda environ: environ["wsgi.file_wrapper"](file, 7)
    exchange = Exchange(method="GET").run(WSGIToASGI(site))
    assert exchange.body == b"pixels" * 5
    assert len(exchange.sent) > 4
    assert file.closed


def test_a_part_of_a_file_is_not_taken_for_the_whole(site, tmp_path):
    (tmp_path / "picture").write_bytes(b"pixels")
    part = SlicedFile((tmp_path / "picture").open("rb"), 0, 2)
    site.answer = lambda environ: environ["wsgi.file_wrapper"](part)
    assert Exchange(method="GET").run(WSGIToASGI(site)).body == b"pix"
    assert part.fileobj.closed


def test_a_response_is_closed_in_any_case(site):
    closed = []

    class Failing(list[bytes]):
        def __iter__(self) -> Any:
            raise ValueError("no more")

        def close(self) -> None:
            closed.append(True)

    site.answer = lambda _environ: Failing()
    with pytest.raises(ValueError, match="no more"):
        Exchange(method="GET").run(WSGIToASGI(site))
    assert closed == [True]


def test_headers_are_sent_as_they_are(site):
    start = Exchange(method="GET").run(WSGIToASGI(site)).sent[0]
    assert start["headers"] == [(b"x-name", b"caf\xe9")]
