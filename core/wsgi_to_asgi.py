"""Serve a WSGI application from an ASGI server, so that slow clients hold no thread.

A request takes a thread when its whole body has arrived, and gives it back before its response is
sent. asgiref's WsgiToAsgi has a single thread, and holds it until the client has read everything.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

from core.request_limits import MAX_BODY_BYTES, is_too_long

# Threads of each process. Each holds a database connection; one can work while the other waits.
# With more threads, competing for the interpreter lock took a fifth of the time.
THREADS = 2
# A body may take this long, and longer as it arrives (Apache's RequestReadTimeout has the same).
BODY_SECONDS, BYTES_A_SECOND = 20, 500
MEMORY_BYTES = 256 * 1024  # of a body; a longer one is written to a temporary file

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class ClientDisconnected(Exception):
    """The client left before its request was complete."""


class WSGIToASGI:
    """An ASGI application that runs a WSGI application in a few threads."""

    def __init__(
        self, application: WSGIApplication, threads: int = THREADS, seconds: float = BODY_SECONDS
    ) -> None:
        self.application, self.seconds = application, seconds
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(MEMORY_BYTES) as body:
            try:
                if expects_body(scope):
                    await receive_body(receive, body, self.seconds)
            except ClientDisconnected:
                return
            except TimeoutError:
                await send_response(send, REQUEST_TIMEOUT)
                return
            environ = create_environ(scope, body)
            response = await self.in_thread(call, self.application, environ)
        await send_response(send, response)
        if response.parts is not None:
            await self.stream(send, response.parts)

    async def stream(self, send: Send, parts: Iterable[bytes]) -> None:
        """Send a body of unknown length, part by part, as fast as the client reads it."""
        iterator = iter(parts)
        try:
            while part := await self.in_thread(next, iterator, b""):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        finally:
            await self.in_thread(close, parts)
        await send({"type": "http.response.body", "body": b""})

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *args)


@dataclass
class Response:
    """A WSGI application's response: its body, the path of a file, or parts yet to be read."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    path: str | None = None
    parts: Iterable[bytes] | None = None


REQUEST_TIMEOUT = Response(
    status=408,
    headers=[("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")],
    body=b"The request did not arrive in time. Please send it again.\n",
)


def expects_body(scope: Scope) -> bool:
    """Return True if the application will read a body: that of a form that is not too large."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return (
        scope["method"] == "POST"
        and len(lengths) == 1
        and not is_too_long(lengths[0].decode("latin-1"), MAX_BODY_BYTES)
    )


async def receive_body(receive: Receive, body: IO[bytes], seconds: float) -> None:
    """Write a request's body to a file and rewind it.

    Raise TimeoutError if it arrives too slowly, and ClientDisconnected if it ends early.
    """
    async with asyncio.timeout(seconds) as timeout:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            body.write(part := message.get("body", b""))
            timeout.reschedule((timeout.when() or 0) + len(part) / BYTES_A_SECOND)
            more = message.get("more_body", False)
    body.seek(0)


def create_environ(scope: Scope, body: IO[bytes]) -> Environ:
    """Return the WSGI environ (PEP 3333) of a request."""
    server, client = scope["server"], scope["client"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope["headers"]:
        # A name with "_" would pass for the one with "-", which a proxy may have set.
        if b"_" not in name:
            add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def add_header(environ: Environ, name: str, value: str) -> None:
    """Add a request header to a WSGI environ, after the earlier ones of that name."""
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    separator = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value


def call(application: WSGIApplication, environ: Environ) -> Response:
    """Return the response of a WSGI application: its file as it is, anything else joined."""
    response = Response()

    def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        response.status, response.headers = int(status[:3]), headers

    parts = application(environ, start_response)
    response.path = path_of_file(parts)
    if not response.path and isinstance(parts, FileWrapper):
        response.parts = parts
        return response
    try:
        response.body = b"" if response.path else b"".join(parts)
    finally:
        close(parts)
    return response


def path_of_file(parts: Iterable[bytes]) -> str | None:
    """Return the path if a response is a file on the disk; not for a part of one."""
    name = getattr(parts.filelike, "name", None) if isinstance(parts, FileWrapper) else None
    return name if isinstance(name, str) and os.path.isabs(name) else None


def close(parts: Iterable[bytes]) -> None:
    """Close a response, as PEP 3333 asks for; Django then gives its database connection back."""
    getattr(parts, "close", lambda: None)()


async def send_response(send: Send, response: Response) -> None:
    """Send the start of a response, and its body or file."""
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.path:
        await send({"type": "http.response.pathsend", "path": response.path})
    elif response.parts is None:
        await send({"type": "http.response.body", "body": response.body})
