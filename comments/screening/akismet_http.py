"""HTTP to Akismet: one call is one request that ends, whole, before its deadline.

httpx and httpcore give every single read its own timeout, so a server that drips its answer byte
by byte can hold a worker for hours. Here the request carries the *moment* at which it must be
over, and each connect, handshake, read and write gets only what is left until then. Only looking
up the host's name is left to the system's resolver, which has limits of its own.
"""

import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode

import akismet
import httpcore
import httpx

LONGEST_ANSWER = 64 * 1024  # bytes; real answers have a few hundred
LONGEST_HEADER = 500  # characters
LONGEST_HEADER_NAME = 64
MOST_HEADERS = 30
IDLE_CONNECTION_KEPT = 15.0  # seconds


class DeadlinePassed(Exception):
    """The call was not over when its time was."""


class AnswerTooLong(Exception):
    """The body has more than LONGEST_ANSWER bytes."""


class Call(httpx.BaseTransport):
    """Carries one request of the `akismet` package to `base` and keeps what came back.

    `base` replaces the package's fixed address and may have a port and a path; `added` are form
    fields that the package cannot send; `deadline` is a moment of `time.monotonic`. `answer` is
    None until a whole answer has come. Connections are shared between calls and threads.
    """

    def __init__(self, base: httpx.URL, deadline: float, added: Mapping[str, str]) -> None:
        self._base = base
        self._deadline = deadline
        self._added = added
        self.answer: httpx.Response | None = None

    def client(self) -> httpx.Client:
        """Return the client that sends this call: no proxy, cookie or certificate of the
        environment's, no compression (a small answer can't become a huge one)."""
        headers = {"User-Agent": akismet.USER_AGENT, "Accept-Encoding": "identity"}
        return httpx.Client(transport=self, headers=headers, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return its whole answer, with Akismet's own headers only.

        Raises DeadlinePassed, AnswerTooLong, or what httpcore raises.
        """
        outgoing = self._outgoing(request)
        # httpx logs this address after the answer, and `usage-limit` has the key in its query.
        request.url = request.url.copy_with(query=None)
        try:
            with _received(outgoing) as (incoming, body):
                self.answer = httpx.Response(
                    incoming.status, headers=_akismets_own(incoming.headers), content=body
                )
        except httpcore.TimeoutException:
            raise DeadlinePassed from None
        return self.answer

    def headers_without(self, key: str) -> dict[str, str]:
        """Return the answer's headers by lower-case name, fit to be stored and shown: few, short,
        printable, and not repeating the key."""
        own = _akismets_own(self.answer.headers.raw) if self.answer else []
        return {
            name.decode("ascii").lower()[:LONGEST_HEADER_NAME]: _shown(value, key)
            for name, value in own[:MOST_HEADERS]
        }

    def _outgoing(self, request: httpx.Request) -> httpcore.Request:
        path = self._base.raw_path.rstrip(b"/") + request.url.raw_path
        body = b"&".join(filter(None, [request.read(), urlencode(self._added).encode()]))
        headers = request.headers.copy()
        headers["Host"] = self._base.netloc.decode("ascii")
        if body:
            headers["Content-Length"] = str(len(body))
        moments = dict.fromkeys(["connect", "read", "write"], self._deadline)
        return httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=self._base.raw_scheme,
                host=self._base.raw_host,
                port=self._base.port,
                target=path,
            ),
            headers=headers.raw,
            content=body,
            extensions={"timeout": moments},
        )


@contextmanager
def _received(request: httpcore.Request) -> Iterator[tuple[httpcore.Response, bytes]]:
    answer = _CONNECTIONS.handle_request(request)
    try:
        yield answer, _whole(answer.iter_stream())
    finally:
        answer.close()


def _whole(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise AnswerTooLong
    return bytes(body)


def _akismets_own(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    # Nothing else matters, and some would do harm: an encoding, a character set, a cookie.
    return [pair for pair in headers if pair[0].lower().startswith(b"x-akismet-")]


def _shown(value: bytes, key: str) -> str:
    text = value.decode("utf-8", "replace").replace(key, "[key]")
    return "".join(character for character in text if character.isprintable())[:LONGEST_HEADER]


def _left(deadline: float | None) -> float:
    """Return the seconds until the moment that httpcore passes around as a `timeout`."""
    if deadline is None:
        raise TypeError("Every request to Akismet needs a deadline.")
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise httpcore.TimeoutException("The call's time is over.")
    return seconds


class _Stream(httpcore.NetworkStream):
    """A connection whose every act ends at the deadline of the request it serves."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # httpcore's own loop would give each piece that the peer takes the same time again.
        connection: socket.socket = self._stream.get_extra_info("socket")
        try:
            while buffer:
                connection.settimeout(_left(timeout))
                buffer = buffer[connection.send(buffer) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Opens connections that keep deadlines."""

    _sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers; each gets a fair share of
        the time, so that one black hole (broken IPv6, say) does not use up all of it."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for untried, (*_, address) in zip(range(len(found), 0, -1), found, strict=True):
            try:
                share = _left(timeout) / untried
                return _Stream(self._sockets.connect_tcp(str(address[0]), port, share))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if untried == 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address.")


# No limits on connections: there are never more than threads that ask.
_CONNECTIONS = httpcore.ConnectionPool(
    ssl_context=httpx.create_ssl_context(trust_env=False),
    max_connections=None,
    max_keepalive_connections=None,
    keepalive_expiry=IDLE_CONNECTION_KEPT,
    network_backend=_Network(),
)
