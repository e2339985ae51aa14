"""The site in a separate process, `manage.py web`, with its own database and log."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

HOST = "reviews.example"
FILL = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from django.utils import timezone
from blog.models import Post
ada = get_user_model().objects.create_user("ada", "ada@example.org", "a long enough one")
Post.objects.create(title="Metallic Rain", slug="metallic-rain", body="It was fine.", author=ada,
                    spoiler_level="none", published_at=timezone.now())
"""


class Served:
    """A process of the site; `environ` overrides the default variables."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.log = folder / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "DEBUG", "TRUSTED_PROXIES"), "")
        self.environ = {
            **os.environ,
            **unset,
            "DJANGO_SETTINGS_MODULE": "tests.support.site_process_settings",
            "SECRET_KEY": "for this test",
            "SITE_URL": f"http://{HOST}",
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            **environ,
        }

    def manage(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command; its output goes to the log."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  (our own program)
                command, env=self.environ, stdout=log, stderr=log
            )

    def run(self, *arguments: str, timeout: float = 90) -> int:
        return self.manage(*arguments).wait(timeout)

    def start(self) -> None:
        self.process = self.manage("web", "--workers", "1")
        until = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=40)

    def send(self, *lines: str, body: bytes = b"", host: str = HOST) -> list[tuple[int, bytes]]:
        """Send the lines of a request unchanged, then its body.

        Return the status and all bytes of each response. The site has to close the connection.
        """
        named = [f"Host: {host}"] if host else []
        lines = (lines[0], *named, *lines[1:], "Connection: close", "", "")
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as wire:
            wire.sendall("\r\n".join(lines).encode("latin-1") + body)
            got = b""
            while part := wire.recv(65536):
                got += part
        starts = [at for at in range(len(got)) if got.startswith((b"HTTP/1.1 ", b"HTTP/1.0 "), at)]
        ends = [*starts[1:], len(got)]
        return [
            (int(got[start + 9 : start + 12]), got[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]

    def status(self, *lines: str, body: bytes = b"", host: str = HOST) -> int:
        """Return the status of the only response."""
        answers = self.send(*lines, body=body, host=host)
        assert len(answers) == 1
        return answers[0][0]
