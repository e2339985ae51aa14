"""The files in deploy/: nginx in front of a real site, and the systemd units."""

import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from core.middleware.security_headers import PERMISSIONS_POLICY

DEPLOY = settings.BASE_DIR / "deploy"
HOST = "reviews.example.org"
TOOLS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
FILL = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from django.contrib.auth import get_user_model
from django.utils import timezone
from blog.models import Post
ada = get_user_model().objects.create_user("ada", password="a long enough one")
Post.objects.create(title="Metallic Rain", slug="metallic-rain", body="It was fine.", author=ada,
                    spoiler_level="none", published_at=timezone.now())
"""


def tool(name: str, package: str) -> str:
    """Return the path of a program; skip the test with the reason if it is not installed."""
    found = shutil.which(name, path=TOOLS)
    if not found:
        pytest.skip(f"{name} is not installed (Debian's package {package})")
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Front:
    """The site as in docs/hosting.md: nginx with TLS in front of `manage.py web`."""

    def __init__(self, folder: Path, nginx: str) -> None:
        self.folder, self.nginx = folder, nginx
        self.data = folder / "data"
        self.plain, self.tls, self.app = free_port(), free_port(), free_port()
        unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "DEBUG", "ALLOWED_HOSTS"), "")
        self.environment = {
            **os.environ,
            **unset,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "for this test",
            "SITE_URL": f"https://{HOST}",
            "DATA_DIR": str(self.data),
            "PORT": str(self.app),
            "TRUSTED_PROXIES": "127.0.0.1",
        }

    def manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]

    def start(self) -> None:
        filling = self.manage("shell", "-v0", "-c", FILL)
        subprocess.run(filling, env=self.environment, check=True)  # noqa: S603  (our own program, or a tool of Debian's)
        picture = self.data / "media" / "pictures" / "rain.webp"
        picture.parent.mkdir(parents=True)
        picture.write_bytes(b"<script>alert(1)</script>")
        self.start_site()
        command = [self.nginx, "-p", self.folder, "-c", self.configuration()]
        self.proxy = subprocess.Popen(command)  # noqa: S603  (our own program, or a tool of Debian's)
        self.wait_for(self.tls)

    def start_site(self) -> None:
        self.site = subprocess.Popen(  # noqa: S603  (our own program, or a tool of Debian's)
            self.manage("web", "--workers", "1"), env=self.environment, stdout=subprocess.DEVNULL
        )
        self.wait_for(self.app)

    def stop_site(self) -> None:
        self.site.terminate()
        self.site.wait(timeout=40)

    def wait_for(self, port: int) -> None:
        until = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    return
            assert time.monotonic() < until
            time.sleep(0.05)

    def configuration(self) -> Path:
        """Write deploy/nginx.conf inside a minimal nginx.conf; return the path.

        Only ports, folders and the certificate are changed.
        """
        shipped = (DEPLOY / "nginx.conf").read_text()
        for old, new in (
            (r"listen \[::\].*", ""),
            (r"listen 80;", f"listen 127.0.0.1:{self.plain};"),
            (r"listen 443", f"listen 127.0.0.1:{self.tls}"),
            (r"127\.0\.0\.1:8000", f"127.0.0.1:{self.app}"),
            (r"/var/lib/nginx/verdict", str(self.folder / "cache")),
            (r"/var/lib/verdict", str(self.data)),
            (r"/etc/letsencrypt/live/reviews\.example\.org", str(self.folder)),
        ):
            shipped, found = re.subn(old, new, shipped)
            assert found, old
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"{name}_temp_path {self.folder / name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = self.folder / "nginx.conf"
        whole.write_text(
            f"{user} daemon off; pid {self.folder / 'pid'}; error_log {self.folder / 'log'};"
            f"events {{}} http {{ include /etc/nginx/mime.types; access_log off; {temporary}\n"
            f"{shipped}\n}}"
        )
        return whole

    def stop(self) -> None:
        self.proxy.terminate()
        self.proxy.wait(timeout=20)
        self.stop_site()

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        """Send a request over TLS as a browser would; return the response."""
        headers = {"Host": HOST, **options.pop("headers", {})}
        address = f"https://127.0.0.1:{self.tls}{path}"
        with httpx.Client(verify=False, timeout=30, trust_env=False) as client:  # noqa: S501  (a certificate of the test's own)
            return client.request(method, address, headers=headers, **options)

    def memory(self) -> int:
        """Return the memory of all processes of the web server, in kilobytes."""
        parent = self.site.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in (parent, *children))
        return sum(map(int, re.findall(r"VmRSS:\s+(\d+)", status)))

    def rows(self, statement: str, *values: str) -> list[Any]:
        with sqlite3.connect(self.data / "verdict.sqlite3", timeout=20) as database:
            return list(database.execute(statement, values))

    def let_time_pass(self) -> None:
        """Let time pass, so that the next comment is not too fast."""
        self.rows("UPDATE comments_comment SET created_at = '2020-01-01'")


@pytest.fixture(scope="module")
def front(tmp_path_factory: Any) -> Iterator[Front]:
    nginx, openssl = tool("nginx", "nginx-light"), tool("openssl", "openssl")
    front = Front(tmp_path_factory.mktemp("front"), nginx)
    subprocess.run(  # noqa: S603  (our own program, or a tool of Debian's)
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"),
            *("-keyout", front.folder / "privkey.pem", "-out", front.folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    front.start()
    yield front
    front.stop()


def test_plain_http_redirects_to_the_sites_own_address(front: Front) -> None:
    address = f"http://127.0.0.1:{front.plain}/feed/?x=1"
    answer = httpx.get(address, headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}/feed/?x=1"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None)],
)
def test_pages_are_sent_in_the_requested_encoding(
    front: Front, accepted: str, encoding: str | None
) -> None:
    answer = front.ask("/reviews/metallic-rain/", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["cache-control"] == "no-cache, s-maxage=1"
    assert "strict-transport-security" in answer.headers
    if encoding != "br":  # httpx decodes brotli only with an optional library
        assert "It was fine." in answer.text


def test_the_site_knows_that_the_connection_uses_tls(front: Front) -> None:
    answer = front.ask("/login/")
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]


def test_nobody_can_forge_their_address(front: Front) -> None:
    front.let_time_pass()
    answer = front.ask(
        "/reviews/metallic-rain/comments/",
        "POST",
        data={"name": "Rita", "email": "rita@example.com", "body": "From where am I?"},
        headers={"X-Forwarded-For": "198.51.100.7", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 303
    stored = front.rows("SELECT address FROM comments_comment WHERE body = 'From where am I?'")
    assert stored == [("127.0.0.1",)]


def test_the_team_sees_a_change_at_once_and_readers_within_a_second(front: Front) -> None:
    path, encoding = "/reviews/metallic-rain/", {"Accept-Encoding": "identity"}
    assert "It was better." not in front.ask(path, headers=encoding).text
    front.rows("UPDATE blog_post SET body_html = '<p>It was better.</p>'")
    front.rows("UPDATE pagecache_cacheversion SET token = 'changed'")
    team = front.ask(path, headers={**encoding, "Cookie": "sessionid=anything"})
    assert "It was better." in team.text
    until = time.monotonic() + 20
    while "It was better." not in front.ask(path, headers=encoding).text:
        assert time.monotonic() < until
        time.sleep(0.1)
    front.rows("UPDATE blog_post SET body_html = '<p>It was fine.</p>'")
    front.rows("UPDATE pagecache_cacheversion SET token = 'changed back'")


def test_personal_pages_are_not_cached(front: Front) -> None:
    first, second = front.ask("/login/"), front.ask("/login/")
    assert first.cookies["csrftoken"] != second.cookies["csrftoken"]
    assert "/login/" in front.ask("/admin/").headers["location"]


def test_while_the_site_is_down_nginx_serves_cached_pages_or_an_explanation(
    front: Front,
) -> None:
    kept, not_kept = front.ask("/"), front.ask("/healthz")
    assert kept.status_code == not_kept.status_code == 200
    front.stop_site()
    try:
        assert front.ask("/").status_code == 200
        away = front.ask("/healthz")
        assert (away.status_code, away.headers["retry-after"]) == (503, "30")
        assert "Back in a moment" in away.text
        assert {name: away.headers.get(name) for name in OWN} == OWN
    finally:
        front.start_site()


OWN = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS_POLICY,
    "strict-transport-security": "max-age=31536000",
}
PART = {"Range": "bytes=1-9"}
PICTURE = {"cross-origin-resource-policy": "cross-origin"}
# Responses of nginx itself: (path, options of the request, status, other expected headers).
BY_ITSELF = {
    "a style sheet": ("/static/admin/css/base.css", {}, 200, {}),
    "an icon": ("/static/img/icon.svg", {}, 200, PICTURE),
    "a picture": ("/media/pictures/rain.webp", {}, 200, PICTURE),
    "a part of one": ("/media/pictures/rain.webp", {"headers": PART}, 206, PICTURE),
    "no such file": ("/static/nothing.css", {}, 404, {}),
    "no such picture": ("/media/nothing.webp", {}, 404, PICTURE),
    "a folder": ("/static/", {}, 403, {}),
    "another method": ("/static/admin/css/base.css", {"method": "DELETE"}, 405, {}),
    "too large": ("/admin/", {"method": "POST", "content": b"x" * 27_000_000}, 413, {}),
    "a long address": (f"/{'a' * 9000}", {}, 414, {}),
    "a bad header": ("/", {"headers": {"X": "a" * 40_000}}, 400, {}),
}


@pytest.mark.parametrize("kind", BY_ITSELF)
def test_responses_of_nginx_itself_have_the_security_headers(kind: str, front: Front) -> None:
    path, asked, status, more = BY_ITSELF[kind]
    answer = front.ask(path, **asked)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in OWN} == {**OWN, **more}


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/nothing/", "/healthz", "/favicon.ico", "/login"]
)
def test_no_header_is_sent_twice(path: str, front: Front) -> None:
    for answer in (front.ask(path), front.ask(path)):  # the second may come from nginx's cache
        assert [name for name in OWN if len(answer.headers.get_list(name)) != 1] == []
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_a_chunked_body_reaches_the_site_with_its_length(front: Front) -> None:
    def body() -> Iterator[bytes]:
        yield b"name=Rita&email=chunks@example.com&body="
        yield b"In+two+parts"

    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }
    path = "/reviews/metallic-rain/comments/"
    front.let_time_pass()
    assert front.ask(path, "POST", content=body(), headers=headers).status_code == 303


def test_a_body_that_is_too_large_is_refused_with_an_explanation(front: Front) -> None:
    upload = front.ask("/admin/", "POST", content=b"x" * 27_000_000)
    assert upload.status_code == 413
    assert "At most 25 MB" in upload.text
    comment = front.ask("/reviews/metallic-rain/comments/", "POST", content=b"x" * 3_000_000)
    assert comment.status_code == 413
    assert "Request too large" in comment.text  # a page of the site, not of nginx


@pytest.mark.parametrize("length", ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
def test_a_body_of_100_mb_is_refused_early_without_using_memory(front: Front, length: str) -> None:
    before, piece = front.memory(), b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    head = f"POST /reviews/metallic-rain/comments/ HTTP/1.1\r\nHost: {HOST}\r\n{length}\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", front.app), timeout=20) as sender:
        sender.sendall(f"{head}X-Forwarded-Proto: https\r\n\r\n".encode())
        with suppress(OSError):  # the site closes the connection
            while sent < 100:
                sender.sendall(piece)
                sent += 1
    assert sent < 50
    assert front.memory() < before + 20_000
    assert front.ask("/healthz").status_code == 200


def test_slow_senders_do_not_hold_up_readers(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = f"POST /reviews/metallic-rain/comments/ HTTP/1.1\r\nHost: {HOST}\r\n"
    with ExitStack() as senders:
        for number in range(200):
            plain = senders.enter_context(socket.create_connection(("127.0.0.1", front.tls)))
            sender = senders.enter_context(context.wrap_socket(plain))
            # Half of them never finish their headers, half never finish their body.
            body = "Content-Length: 1000\r\n\r\nbody=a" if number % 2 else "X-Slow: "
            sender.sendall((head + body).encode())
        for _request in range(5):
            assert front.ask("/search/?q=rain").status_code == 200  # not cached by nginx


def test_static_files_are_compressed_and_cached_for_a_year(front: Front) -> None:
    page = front.ask("/", headers={"Accept-Encoding": "identity"}).text
    address = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert address
    answer = front.ask(address[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    plain = front.ask("/static/admin/css/base.css")
    assert plain.headers["cache-control"] == "public, max-age=60"


def test_pictures_are_only_served_as_pictures(front: Front) -> None:
    answer = front.ask("/media/pictures/rain.webp")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == OWN["content-security-policy"]
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/verdict.sqlite3",
        "/originals/",
        "/static/..%2fverdict.sqlite3",
        "/media/%2e%2e/verdict.sqlite3",
        "/media/",
        "/static/",
    ],
)
def test_no_other_data_is_served(front: Front, path: str) -> None:
    assert front.ask(path).status_code in (400, 403, 404)


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("verdict*.[st]*")))
def test_systemd_accepts_the_units(unit: str, tmp_path: Path) -> None:
    verify = tool("systemd-analyze", "systemd")
    for file in DEPLOY.glob("verdict*.[st]*"):
        text = file.read_text().replace("/opt/verdict/.venv/bin/python", sys.executable)
        (tmp_path / file.name.replace("@", "@web")).write_text(text)
    done = subprocess.run(  # noqa: S603  (our own program, or a tool of Debian's)
        [verify, "verify", "--man=no", tmp_path / unit.replace("@", "@web")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_contains_every_part_of_the_site() -> None:
    assert "\nCOPY . .\n" in (DEPLOY / "Containerfile").read_text()
    ignored = set((settings.BASE_DIR / ".dockerignore").read_text().split())
    parts = {*settings.PROJECT_PACKAGES, "manage.py", "templates", "static", "locale"}
    assert not ignored & parts
    assert {".env", "var", ".git"} <= ignored  # secrets and data
