"""Clients that begin a request and then send nothing more, or that read nothing of the answer."""

import socket
from contextlib import ExitStack
from types import TracebackType
from typing import Self

FORM = "Content-Type: application/x-www-form-urlencoded"


class SlowClients:
    """Connections to a site on this machine; the context manager closes them."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.port, self.host, self.stack = port, host, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stack.close()

    def connect(self, *lines: str, body: bytes = b"", receive_bytes: int = 0) -> socket.socket:
        """Send the lines of a request and some of its body; return the connection.

        `receive_bytes` limits the kernel's buffer for the answer.
        """
        connection = self.stack.enter_context(socket.socket())
        connection.settimeout(60)
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.connect(("127.0.0.1", self.port))
        head = "\r\n".join((lines[0], f"Host: {self.host}", *lines[1:], "", ""))
        connection.sendall(head.encode() + body)
        return connection

    def send_silently(self, path: str, number: int) -> list[socket.socket]:
        """Begin that many forms of which only the first bytes are sent."""
        lines = f"POST {path} HTTP/1.1", FORM, "Content-Length: 1000"
        return [self.connect(*lines, body=b"name=R") for _each in range(number)]

    def read_nothing(self, path: str, number: int) -> list[socket.socket]:
        """Request a page or file that many times, and read nothing of it."""
        return [self.connect(f"GET {path} HTTP/1.1", receive_bytes=1024) for _each in range(number)]
