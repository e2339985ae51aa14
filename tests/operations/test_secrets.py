"""No log, page or error report reveals a secret when the service that uses it fails."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.db import connection
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from tests.support.fake_akismet import StandIn
from tests.support.site_process import FILL, Served

SECRETS = {
    "SECRET_KEY": "canary-of-the-secret-key",
    "AKISMET_API_KEY": "canaryofakismet",
    "DATABASE_URL": "canary-of-the-database",
    "EMAIL_URL": "canary-of-the-mail",
    "REDIS_URL": "canary-of-redis",
}
BREAK = """
from django.test import Client
from django.core.mail import send_mail
import traceback
from accounts import tasks
from operations import queue
ask = Client(headers={"host": "127.0.0.1"})
for act in (
    lambda: send_mail("a", "b", None, ["a@example.org"]),
    lambda: tasks.send_password_reset_mail.enqueue(1),
    lambda: queue.queue_state(),
    lambda: ask.post("/password/reset/", {"email": "ada@example.org"}),
    lambda: print(ask.get("/readyz").content),
):
    try:
        act()
    except Exception:
        traceback.print_exc()
"""


def nobody() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def strict_mail() -> Iterator[int]:
    """Run a mail server that refuses every password; yield its port."""

    def refuse(*_asked: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    server = Controller(
        object(),
        hostname="127.0.0.1",
        port=nobody(),
        authenticator=refuse,
        auth_require_tls=False,
    )
    server.start()
    yield server.port
    server.stop()


def silent(text: str) -> None:
    assert [name for name, secret in SECRETS.items() if secret in text] == []


def test_commands_and_pages_reveal_no_secret_if_services_fail(
    tmp_path: Path, strict_mail: int
) -> None:
    """A mail server that refuses the password, an unavailable Redis, and a key that is used."""
    with StandIn() as akismet:
        site = Served(
            tmp_path,
            SECRET_KEY=SECRETS["SECRET_KEY"],
            AKISMET_API_KEY=SECRETS["AKISMET_API_KEY"],
            AKISMET_API_URL=akismet.url,
            EMAIL_URL=f"smtp://me:{SECRETS['EMAIL_URL']}@127.0.0.1:{strict_mail}/",
        )
        assert site.run("shell", "-v0", "-c", FILL) == 0
        site.environ["REDIS_URL"] = f"redis://me:{SECRETS['REDIS_URL']}@127.0.0.1:{nobody()}/0"
        site.run("check_akismet")
        site.run("shell", "-v0", "-c", BREAK)
        site.start()
        try:
            answers = [
                site.send(f"GET {path} HTTP/1.1")[0][1].decode()
                for path in ("/readyz", "/", "/nothing/", "/privacy/", "/login/")
            ]
        finally:
            site.stop()
        log = site.log.read_text()
        assert "SMTPAuthenticationError" in log
        assert "does not answer" in "".join(answers)
        silent(log)
        silent("".join(answers))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only a server refuses a password")
def test_no_password_is_revealed_if_postgresql_refuses_it(tmp_path: Path) -> None:
    host = connection.settings_dict["HOST"] or "127.0.0.1"
    address = f"postgres://nobody-here:{SECRETS['DATABASE_URL']}@{host}:{nobody()}/none"
    site = Served(tmp_path, DATABASE_URL=address, SECRET_KEY=SECRETS["SECRET_KEY"])
    assert site.run("migrate") != 0
    site.start()
    try:
        answers = [
            site.send(f"GET {path} HTTP/1.1")[0][1].decode() for path in ("/readyz", "/", "/feed/")
        ]
    finally:
        site.stop()
    assert "does not answer" in answers[0]
    silent(site.log.read_text() + "".join(answers))


@pytest.mark.parametrize("is_email", [True, False])
def test_error_reports_contain_no_secret_settings_or_environment(
    is_email: bool, settings: Any
) -> None:
    """Django's reports show settings and the environ, to which servers may add their own."""
    settings.REDIS_URL = f"redis://:{SECRETS['REDIS_URL']}@redis.example/0"
    settings.RQ_QUEUES = {"default": {"URL": settings.REDIS_URL}}
    settings.DATABASE = settings.EMAIL = {"URL": SECRETS["DATABASE_URL"]}
    settings.AKISMET_API_KEY, settings.SECRET_KEY = (
        SECRETS["AKISMET_API_KEY"],
        SECRETS["SECRET_KEY"],
    )
    settings.EMAIL_HOST_PASSWORD = SECRETS["EMAIL_URL"]
    environ = {name: f"smtp://:{secret}@host" for name, secret in SECRETS.items()}
    request = RequestFactory().get("/search/?q=rain", **environ)
    try:
        raise ArithmeticError("it broke")
    except ArithmeticError:
        reporter = ExceptionReporter(request, *sys.exc_info(), is_email=is_email)
    text = reporter.get_traceback_text()
    assert "it broke" in text
    assert "/search/" in text
    silent(text)
    # HTML reports show the variables of each frame, and this test has the secrets in its own.
    data = reporter.get_traceback_data()
    silent(str(data["settings"]) + str(data["request_meta"]))
