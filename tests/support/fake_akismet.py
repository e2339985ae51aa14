"""A stand-in for Akismet: the same protocol over real HTTP, with every way to fail on demand.

    python -m tests.support.fake_akismet --port 9999 --answer ham

Written against https://akismet.com/developers/detailed-docs/; its magic values work here too.
"""

import argparse
import contextlib
import enum
import json
import socket
import struct
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "0123456789ab"
THANKS = "Thanks for making the web a better place."
SPAMMERS = {"akismet-guaranteed-spam", "viagra-test-123", "akismet-guaranteed-spam@example.com"}


class Mode(enum.StrEnum):
    """How the stand-in answers a call; with ERROR and all later modes, every kind of call fails."""

    HAM = "ham"
    SPAM = "spam"
    DISCARD = "discard"
    RECHECK = "recheck-after"
    ALERT = "alert"
    ERROR = "error"
    TOO_MANY = "429"
    BROKEN = "500"
    GARBAGE = "garbage"
    EMPTY = "empty"
    INVALID = "invalid"
    REDIRECT = "redirect"
    RESET = "reset"
    SLOW = "slow"
    DRIPPED_BODY = "dripped-body"
    DRIPPED_HEADERS = "dripped-headers"
    NEVER = "never"


@dataclass(frozen=True)
class Reply:
    """An exact response, for tests that need more than a mode."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A received call: the path, the decoded fields, the raw body, and the time."""

    path: str
    fields: dict[str, str]
    body: bytes
    headers: dict[str, str]
    guid: str
    time: float

    @property
    def endpoint(self) -> str:
        return self.path.rsplit("/", 1)[-1]


Chooser = Callable[[dict[str, str]], "Mode | str | Reply"]

FAILURES = {
    Mode.TOO_MANY: Reply("Too many requests", 429, {"Retry-After": "30"}),
    Mode.BROKEN: Reply("Internal Server Error", 500),
    Mode.GARBAGE: Reply("<!doctype html><title>Welcome</title><p>Welcome to this hotel's network."),
    Mode.EMPTY: Reply(""),
    Mode.INVALID: Reply("invalid", 200, {"X-akismet-debug-help": "The key is not known."}),
    Mode.REDIRECT: Reply("", 302, {"Location": "/1.1/elsewhere"}),
}
ALERT = {
    "X-akismet-alert-code": "10009",
    "X-akismet-alert-msg": "Your site uses more checks than its plan has.",
}
ERROR = {"X-akismet-error": "suspended"}


class StandIn:
    """Akismet on 127.0.0.1, from entering the context until leaving it.

    `answer` is a Mode, its name, a Reply, or a function of the fields that returns one of these;
    like `recheck_after`, `delay` and `pause` (all in seconds) it may change at any time.
    """

    def __init__(self, port: int = 0, *, answer: Mode | str | Reply | Chooser = Mode.HAM) -> None:
        self.answer = answer
        self.key = KEY
        self.recheck_after = 120
        self.delay = 5.0  # before a slow answer
        self.pause = 3.0  # between two dripped bytes
        self.usage: dict[str, Any] = {
            "limit": 350000,
            "usage": 7463,
            "percentage": "2.13",
            "throttled": False,
        }
        self.calls: list[Call] = []  # list.append is atomic; read a copy while calls come in
        self.connections = 0
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self

    @property
    def url(self) -> str:
        """Return the base address, for AKISMET_API_URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def calls_to(self, endpoint: str) -> list[Call]:
        """Return the calls to `comment-check`, `submit-ham` ... so far, in order."""
        return [call for call in list(self.calls) if call.endpoint == endpoint]

    def __enter__(self) -> "StandIn":
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()

    def reply(self, call: Call, mode: Mode | str | Reply) -> Reply:
        """Return the response to a call with a right or wrong key."""
        if isinstance(mode, Reply):
            return mode
        mode = Mode(mode)
        sent_key = call.fields.get("key" if call.endpoint == "verify-key" else "api_key")
        if sent_key != self.key:
            return FAILURES[Mode.INVALID]
        if mode in FAILURES:
            return FAILURES[mode]
        extra = {Mode.ALERT: ALERT, Mode.ERROR: ERROR}.get(mode, {})
        reply = self._answered(call, mode)
        return Reply(reply.body, reply.status, {**reply.headers, **extra})

    def _answered(self, call: Call, mode: Mode) -> Reply:
        match call.endpoint:
            case "comment-check":
                return self._checked(call, mode)
            case "submit-spam" | "submit-ham":
                return Reply(THANKS)
            case "verify-key":
                return Reply("valid")
            case "usage-limit":
                return Reply(json.dumps(self.usage))
        return Reply("Not Found", 404)

    def _checked(self, call: Call, mode: Mode) -> Reply:
        headers = {"X-akismet-guid": call.guid}
        if SPAMMERS & {call.fields.get("comment_author"), call.fields.get("comment_author_email")}:
            return Reply("true", headers=headers)
        if call.fields.get("user_role") == "administrator":
            return Reply("false", headers=headers)
        if mode is Mode.DISCARD:
            headers["X-akismet-pro-tip"] = "discard"
        if mode is Mode.RECHECK:
            headers["X-akismet-recheck-after"] = str(self.recheck_after)
        return Reply("true" if mode in (Mode.SPAM, Mode.DISCARD) else "false", headers=headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    stand_in: StandIn

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        self.stand_in.connections += 1
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect, because some tests do that."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError):
            return super().handle_one_request()
        self.close_connection = True

    def do_GET(self) -> None:
        stand_in, call = self.server.stand_in, self._read()
        stand_in.calls.append(call)
        chosen = stand_in.answer
        mode = chosen(call.fields) if callable(chosen) else chosen
        reply = stand_in.reply(call, mode)
        match mode:
            case Mode.NEVER:
                stand_in.closing.wait()
                self.close_connection = True
            case Mode.RESET:
                self._reset()
            case Mode.SLOW:
                stand_in.closing.wait(stand_in.delay)
                self.wfile.write(_head(reply) + reply.body.encode())
            case Mode.DRIPPED_BODY:
                self.wfile.write(_head(reply))
                self._drip(reply.body.encode())
            case Mode.DRIPPED_HEADERS:
                self._drip(_head(reply) + reply.body.encode())
            case _:
                self.wfile.write(_head(reply) + reply.body.encode())

    do_POST = do_GET

    def _read(self) -> Call:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fields = dict(parse_qsl(address.query, keep_blank_values=True))
        fields |= parse_qsl(body.decode(), keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Call(address.path, fields, body, headers, uuid.uuid4().hex, time.time())

    def _drip(self, data: bytes) -> None:
        for byte in data:
            if self.server.stand_in.closing.wait(self.server.stand_in.pause):
                self.close_connection = True
                return
            self.wfile.write(bytes([byte]))

    def _reset(self) -> None:
        # With a linger time of zero, closing sends RST. Close now, before the server sends FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because the calls are stored."""


def _head(reply: Reply) -> bytes:
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(reply.body.encode())),
        **reply.headers,
    }
    lines = [f"HTTP/1.1 {reply.status} Answer", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> None:
    """Run until interrupted; print every call."""
    parser = argparse.ArgumentParser(
        prog="tests.support.fake_akismet", description="A stand-in for Akismet."
    )
    parser.add_argument("--port", type=int, default=9999)
    parser.add_argument("--answer", choices=list(Mode), default=Mode.HAM)
    options = parser.parse_args()
    with StandIn(options.port, answer=options.answer) as stand_in:
        _tell(f"AKISMET_API_URL={stand_in.url} AKISMET_API_KEY={stand_in.key}")
        told = 0
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                for call in stand_in.calls[told:]:
                    told += 1
                    fields = {k: v for k, v in call.fields.items() if k not in ("key", "api_key")}
                    _tell(f"{call.path} {fields}")
                time.sleep(0.2)


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
