"""manage.py serve: web and worker together, for one small machine."""

import ctypes
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

GRACE = 25.0  # seconds to end; a check under way may take spam.CHECK_DEADLINE of them
QUICK = 5.0  # seconds; a part that ends sooner is started again after a rest
REST = 1.0
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


@dataclass
class Part:
    """One of the two processes, in a session of its own: Ctrl-C reaches it through us, once."""

    name: str
    command: list[str]

    def start(self) -> None:
        self.since = time.monotonic()
        command = [sys.executable, sys.argv[0], *self.command]
        self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            command, start_new_session=True, preexec_fn=end_with_parent
        )

    def start_again(self) -> None:
        """What the one before left in its session is killed: the web server's own processes
        would go on answering at the same port, with the code and the settings of before."""
        self.kill()
        self.start()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_end(self) -> None:
        self.process.terminate()

    def end(self, until: float) -> None:
        """Waits for the end until then; what is left of the part's own session is killed."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, until - time.monotonic()))
        self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def end_with_parent() -> None:
    """Lets a part end where `serve` itself is killed and can't tell it to (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Command(BaseCommand):
    help = "Runs web and worker; starts again the one that dies; one Ctrl-C ends both."

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_unless_free("127.0.0.1", settings.PORT)
        self.stopping = False
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, self.stop)
        web = ["runserver", str(settings.PORT)] if settings.DEBUG else ["web"]
        parts = [Part("web", web), Part("worker", ["worker"])]
        for part in parts:
            part.start()
        self.announce()
        self.watch(parts)
        for part in parts:
            part.ask_to_end()
        for part in parts:
            part.end(until=time.monotonic() + GRACE)

    def stop(self, *_signal: Any) -> None:
        self.stopping = True

    def announce(self) -> None:
        """Prints the address once something answers there."""
        until = time.monotonic() + 30
        while not self.stopping and not is_taken(settings.PORT) and time.monotonic() < until:
            time.sleep(0.05)
        self.stdout.write(f"\nThe site is at {settings.SITE_URL}/ (Ctrl-C ends it)\n")
        self.stdout.flush()

    def watch(self, parts: list[Part]) -> None:
        """Until told to stop: starts again what ended, and in development the changed worker."""
        code = newest_change()
        while not self.stopping:
            time.sleep(0.2)
            for part in parts:
                if part.ended() and not self.stopping:
                    with suppress(OSError):  # the disk that holds the log may be full
                        self.stderr.write(f"The {part.name} ended: it is started again.")
                    self.pause(REST if time.monotonic() - part.since < QUICK else 0)
                    part.start_again()
            if settings.DEBUG and code != newest_change():
                code = newest_change()
                parts[-1].ask_to_end()

    def pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)


def is_taken(port: int) -> bool:
    """Whether something listens at the port already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def newest_change() -> float:
    """When the project's code last changed; runserver watches for itself, the worker does not."""
    if not settings.DEBUG:
        return 0
    folders = [settings.BASE_DIR / name for name in settings.PROJECT_PACKAGES]
    return max(os.stat(file).st_mtime for folder in folders for file in Path(folder).rglob("*.py"))
