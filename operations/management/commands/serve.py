"""manage.py serve: web server and worker together, for one small machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from operations.management.commands.web import refuse_unless_free
from operations.parent import PARENT_PIPE

STOP_SECONDS = 25.0  # a spam check in progress may take most of them
QUICK_SECONDS = 5.0  # a part that ends sooner is restarted after a pause
REST_SECONDS = 1.0


@dataclass
class Part:
    """One of the two processes, in a session of its own, so that Ctrl-C reaches only `serve`."""

    name: str
    command: list[str]
    parent_pipe: int  # the end to read from; see operations/parent.py

    def start(self) -> None:
        self.started_at = time.monotonic()
        environment = {
            **os.environ,
            PARENT_PIPE: str(self.parent_pipe),
            # By default glibc gives nearly every thread an arena of its own: 20 MB in the worker.
            "MALLOC_ARENA_MAX": "2",
        }
        self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [sys.executable, sys.argv[0], *self.command],
            env=environment,
            pass_fds=[self.parent_pipe],
            start_new_session=True,
        )

    def restart(self) -> None:
        """Start again, after killing processes of the web server that would go on answering."""
        self.kill()
        self.start()

    def wait(self, until: float) -> None:
        """Wait until a time of time.monotonic() for the process to end, then kill what is left."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, until - time.monotonic()))
        self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Command(BaseCommand):
    help = "Runs web and worker, and restarts them if they end; Ctrl-C stops both."

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_unless_free("127.0.0.1", settings.PORT)
        self.stopping = False
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, self.stop)
        web = ["runserver", str(settings.PORT)] if settings.DEBUG else ["web"]
        # Nothing is ever written to the pipe. It closes when this process ends, even by kill -9.
        parent_pipe, _kept_open = os.pipe()
        parts = [Part("web", web, parent_pipe), Part("worker", ["worker"], parent_pipe)]
        for part in parts:
            part.start()
        self.announce()
        self.watch(parts)
        for part in parts:
            part.process.terminate()
        for part in parts:
            part.wait(until=time.monotonic() + STOP_SECONDS)

    def stop(self, *_signal: Any) -> None:
        self.stopping = True

    def announce(self) -> None:
        """Print the address once the site responds."""
        until = time.monotonic() + 30
        while not self.stopping and not is_taken(settings.PORT) and time.monotonic() < until:
            time.sleep(0.05)
        self.stdout.write(f"\nThe site is at {settings.SITE_URL}/ (Ctrl-C ends it)\n")
        self.stdout.flush()

    def watch(self, parts: list[Part]) -> None:
        """Restart parts that end, until stopped; in development also restart a changed worker."""
        code = newest_change()
        while not self.stopping:
            time.sleep(0.2)
            for part in parts:
                if part.process.poll() is not None and not self.stopping:
                    with suppress(OSError):  # the disk that holds the log may be full
                        self.stderr.write(f"The {part.name} ended: it is started again.")
                    if time.monotonic() - part.started_at < QUICK_SECONDS:
                        self.pause(REST_SECONDS)
                    part.restart()
            if settings.DEBUG and code != newest_change():
                code = newest_change()
                parts[-1].process.terminate()

    def pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)


def is_taken(port: int) -> bool:
    """Return True if something already listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def newest_change() -> float:
    """Return when the code last changed (runserver watches for itself, the worker does not)."""
    if not settings.DEBUG:
        return 0
    folders = [settings.BASE_DIR / name for name in settings.PROJECT_PACKAGES]
    return max(os.stat(file).st_mtime for folder in folders for file in Path(folder).rglob("*.py"))
