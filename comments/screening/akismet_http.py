"""The HTTP transport below the `akismet` package.

The package asks one fixed address, can send no other form fields than those it knows, and keeps no
header of an answer. This transport adds all three, and limits the length of an answer. The caller
limits the time of the whole call: a server that sends one byte at a time cannot prolong it.
"""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import akismet
import httpx

MAX_ANSWER_BYTES = 64 * 1024  # real answers have a few hundred
MAX_HEADERS = 30
MAX_HEADER_NAME = 64  # characters
MAX_HEADER_VALUE = 500  # characters

# Loading the certificates takes some 20 ms, so every transport shares one context.
SSL_CONTEXT = httpx.create_ssl_context(trust_env=False)


class AnswerTooLong(Exception):
    """The answer's body is longer than MAX_ANSWER_BYTES."""


class AkismetTransport(httpx.AsyncHTTPTransport):
    """Sends one call to `base_url` instead of the package's address, with `extra_fields` added.

    `base_url` may have a port and a path. `response` is None until the whole answer has arrived.
    """

    def __init__(self, base_url: httpx.URL, extra_fields: Mapping[str, str]) -> None:
        super().__init__(verify=SSL_CONTEXT, trust_env=False)
        self.base_url = base_url
        self.extra_fields = extra_fields
        self.response: httpx.Response | None = None

    def client(self, connect_timeout: float) -> httpx.AsyncClient:
        """Return a client that uses this transport; `connect_timeout` is in seconds.

        httpx applies the timeout to the TCP connection and again to the TLS handshake. Both must
        end before the caller's limit: httpx does not close a handshake that is cancelled. Without
        compression a short answer cannot expand to a huge one.
        """
        return httpx.AsyncClient(
            transport=self,
            headers={"User-Agent": akismet.USER_AGENT, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=connect_timeout),
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the whole answer with Akismet's headers. Raise AnswerTooLong or httpx's errors."""
        outgoing = await self.outgoing_request(request)
        # httpx logs this address after the answer, and the query of `usage-limit` holds the key.
        request.url = request.url.copy_with(query=None)
        incoming = await super().handle_async_request(outgoing)
        try:
            body = await read_limited(incoming.aiter_raw())
        finally:
            await incoming.aclose()
        # Others could do harm: an encoding, a charset, a cookie.
        headers = [header for header in incoming.headers.raw if is_akismets(header)]
        self.response = httpx.Response(incoming.status_code, headers=headers, content=body)
        return self.response

    async def outgoing_request(self, request: httpx.Request) -> httpx.Request:
        """Return the request as it is sent: with the other address and the extra fields."""
        path = self.base_url.raw_path.rstrip(b"/") + request.url.raw_path
        extra_fields = urlencode(self.extra_fields).encode()
        headers = request.headers.copy()
        for name in ("Host", "Content-Length"):  # httpx sets both anew
            headers.pop(name, None)
        return httpx.Request(
            request.method,
            self.base_url.copy_with(raw_path=path),
            headers=headers,
            content=b"&".join(filter(None, [await request.aread(), extra_fields])),
            extensions=request.extensions,
        )

    def response_headers(self, key: str) -> dict[str, str]:
        """Return the answer's headers by lower-case name: few, short, printable, without `key`."""
        headers = self.response.headers.raw if self.response else []
        return {
            name.decode("ascii").lower()[:MAX_HEADER_NAME]: printable(value, key)
            for name, value in filter(is_akismets, headers[:MAX_HEADERS])
        }


async def read_limited(chunks: AsyncIterator[bytes]) -> bytes:
    """Return a body; raise AnswerTooLong if it is longer than MAX_ANSWER_BYTES."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise AnswerTooLong
    return bytes(body)


def is_akismets(header: tuple[bytes, bytes]) -> bool:
    """Return True for a header of Akismet's own."""
    return header[0].lower().startswith(b"x-akismet-")


def printable(value: bytes, key: str) -> str:
    """Return a header's value without unprintable characters and without the key."""
    text = value.decode("utf-8", "replace").replace(key, "[key]")
    return "".join(character for character in text if character.isprintable())[:MAX_HEADER_VALUE]
