"""Clients begin requests and fall silent, or read large files slowly; nothing stands before us."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.forms import form
from tests.support.slow_clients import FORM, SlowClients

pytestmark = pytest.mark.slow

CLIENTS = 200
LARGE_FILE = b"x" * 20_000_000
SECONDS = 1.0  # for an answer


def test_silent_senders_and_slow_readers_delay_nobody(
    make_site: Callable[..., FaultSite], tmp_path: Path
) -> None:
    site = make_site(tmp_path)
    (tmp_path / "static" / "large.bin").write_bytes(LARGE_FILE)
    site.start()
    pages = ["/healthz", "/", f"/reviews/{SLUGS[0]}/", "/search/?q=seen", "/login/"]
    for page in pages:  # now the public ones are cached
        answer(site, page)
    with SlowClients(site.port) as clients:
        silent = clients.send_silently(f"/reviews/{SLUGS[0]}/comments/", CLIENTS)
        clients.read_nothing("/static/large.bin", CLIENTS)
        time.sleep(1)
        for page in pages * 3:
            assert answer(site, page) < SECONDS
        for connection in silent:
            assert connection.recv(12) == b"HTTP/1.1 408"


def test_a_comment_over_a_very_slow_line_arrives_meanwhile(
    make_site: Callable[..., FaultSite], tmp_path: Path
) -> None:
    """At 256 bytes a second it takes 20 seconds."""
    site = make_site(tmp_path)
    site.start()
    body = urlencode(form(body="Seen from afar. " * 300)).encode()
    path = f"/reviews/{SLUGS[1]}/comments/"
    lines = f"POST {path} HTTP/1.1", FORM, f"Content-Length: {len(body)}"
    with SlowClients(site.port) as clients:
        clients.send_silently(path, CLIENTS)
        connection = clients.connect(*lines, f"Origin: {site.url}", "Connection: close")
        for start in range(0, len(body), 256):
            connection.sendall(body[start : start + 256])
            time.sleep(1)
        status = connection.recv(12)
    assert status == b"HTTP/1.1 303"
    assert site.query("SELECT COUNT(*) FROM comments_comment") == [(1,)]


def answer(site: FaultSite, path: str) -> float:
    """Return the seconds that a page takes on a new connection."""
    start = time.monotonic()
    assert httpx.get(site.url + path, trust_env=False, timeout=30).status_code == 200
    return time.monotonic() - start
