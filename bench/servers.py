"""Servers that the site is compared with: the applications of `bench.applications`, and nginx."""

import contextlib
import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.site import ROOT, stop
from tests.support.site_cluster import free_port

HOST = "reviews.example.org"  # the host name in deploy/nginx.conf
READY_SECONDS = 60.0


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[str]:
    """Run a server that listens on a port; yield its address."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)  # noqa: S603  (our own program, through no shell)
        try:
            wait_until_listening(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


def wait_until_listening(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for a server; raise RuntimeError with the end of its log if it does not start."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise RuntimeError(f"Nothing listens at {port}:\n{log.read_text()[-2000:]}")


def application(name: str, folder: Path) -> "contextlib.AbstractContextManager[str]":
    """Run one of `bench.applications` on a free port; the context manager yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "bench.applications", name, str(port)]
    return running(command, port, folder / f"{name}.log")


@contextlib.contextmanager
def nginx(folder: Path, page: bytes) -> Iterator[tuple[str, str]]:
    """Run nginx with two servers and yield their addresses.

    The first serves `page` as a compressed file at /page.html. The second has the configuration of
    `deploy/` and is in front of the site; it serves the same file at /static/page.html.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        raise RuntimeError("nginx is missing: install Debian's package nginx-light.")
    data = Path(os.environ["DATA_DIR"])
    for root in (folder, data / "static"):
        (root / "page.html").write_bytes(page)
        (root / "page.html.gz").write_bytes(gzip.compress(page, 6))
    create_certificate(folder)
    plain, tls = free_port(), free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(nginx_configuration(folder, data, plain, tls))
    with running([program, "-p", str(folder), "-c", str(configuration)], tls, folder / "log"):
        yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}"


def create_certificate(folder: Path) -> None:
    """Create a self-signed certificate; wrk does not verify it."""
    openssl = shutil.which("openssl")
    if not openssl:
        raise RuntimeError("openssl is missing: install Debian's package openssl.")
    names = "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"
    subprocess.run(  # noqa: S603  (our own program, through no shell)
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", *names],
        check=True,
        capture_output=True,
    )


def nginx_configuration(folder: Path, data: Path, plain: int, tls: int) -> str:
    """Return the configuration of `deploy/` with our ports and folders, and the first server."""
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in (
        (r"listen \[::\].*", ""),
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};"),
        (r"listen 443", f"listen 127.0.0.1:{tls}"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{os.environ['PORT']}"),
        (r"/var/lib/nginx/verdict", str(folder / "cache")),
        (r"/var/lib/verdict", str(data)),
        (r"/etc/letsencrypt/live/reviews\.example\.org", str(folder)),
    ):
        shipped = re.sub(old, new, shipped)
    temporary = "".join(
        f"{name}_temp_path {folder / name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
    {"user root;" if os.geteuid() == 0 else ""}
    daemon off; worker_processes {os.cpu_count()}; pid {folder / "pid"}; error_log {folder / "log"};
    events {{ worker_connections 512; }}
    http {{
        include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on;
        keepalive_requests 1000000; {temporary}
        server {{ listen 127.0.0.1:{plain}; root {folder}; gzip_static on; }}
        {shipped}
    }}
    """
