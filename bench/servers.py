"""Servers on 127.0.0.1: the site's own, what it is measured against, and nginx."""

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

from bench.site import MANAGE, ROOT, free_port, stop

HOST = "reviews.example.org"  # in the shipped configuration
READY_SECONDS = 60.0


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, **more: str) -> Iterator[str]:
    """A process that listens at that port, with these variables; its address."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **more}
        )
        try:
            wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until something listens there; RuntimeError with the process's last words if it ends."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise RuntimeError(f"Nothing came up at {port}:\n{log.read_text()[-2000:]}")


def web(log: Path) -> "contextlib.AbstractContextManager[str]":
    """The site's own server, page cache and all, at the port that `site.configure` chose."""
    return running([*MANAGE, "web"], int(os.environ["PORT"]), log)


def application(name: str, log: Path) -> "contextlib.AbstractContextManager[str]":
    """One of `bench.applications`, at a port of its own."""
    port = free_port()
    command = [sys.executable, "-m", "bench.applications", name, str(port)]
    return running(command, port, log)


@contextlib.contextmanager
def nginx(folder: Path, page: bytes) -> Iterator[tuple[str, str]]:
    """nginx twice over: a plain server that has `page` as a compressed file at /page.html, and the
    one that `deploy/` ships, before the site, which has it as /static/page.html. Their addresses.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not found:
        raise RuntimeError("nginx is missing: install Debian's package nginx-light.")
    data = Path(os.environ["DATA_DIR"])
    for place in (folder, data / "static"):
        (place / "page.html").write_bytes(page)
        (place / "page.html.gz").write_bytes(gzip.compress(page, 6))
    certificate(folder)
    plain, tls = free_port(), free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(configured(folder, data, plain, tls))
    with running([found, "-p", str(folder), "-c", str(configuration)], tls, folder / "log"):
        yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}"


def certificate(folder: Path) -> None:
    """One that nobody but wrk trusts."""
    openssl = shutil.which("openssl")
    if not openssl:
        raise RuntimeError("openssl is missing: install Debian's package openssl.")
    names = "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"
    subprocess.run(  # noqa: S603  (our own program, through no shell)
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", *names],
        check=True,
        capture_output=True,
    )


def configured(folder: Path, data: Path, plain: int, tls: int) -> str:
    """The shipped configuration with our ports and folders, and the plain server beside it."""
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
