"""One site on several web servers and workers, each a process as a host starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
UNSET = "DEBUG ALLOWED_HOSTS EMAIL_URL EMAIL_FROM MEDIA_STORAGE_URL AKISMET_API_KEY"
START_SECONDS = 120.0


class Web:
    """A web server on a separate port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.address = process, f"http://127.0.0.1:{port}"

    def answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/readyz", trust_env=False).status_code == 200
        return False


class Cluster:
    """All processes share the variables given here, and `folder` as their DATA_DIR."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.log = folder / "cluster.log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            **dict.fromkeys(UNSET.split(), ""),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "the same on each machine",
            "DATA_DIR": str(folder),
            "TRUSTED_PROXIES": "127.0.0.1",
            "SITE_URL": "http://127.0.0.1:8000",  # one for all, as behind one name
            **variables,
        }

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py to its end; return its output."""
        done = subprocess.run(  # noqa: S603  (our own program, through no shell)
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env={**self.environment, **variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def webs(self, number: int) -> list[Web]:
        """Start `number` web servers and wait until all of them respond."""
        started = []
        for _number in range(number):
            port = free_port()
            started.append(Web(self.start("web", "--workers", "1", PORT=str(port)), port))
        until(lambda: all(web.answers() for web in started), START_SECONDS)
        return started

    def workers(self, number: int) -> list[subprocess.Popen[bytes]]:
        """Start `number` workers and wait until all of them have started."""
        before = self.log.read_text().count("worker started") if self.log.exists() else 0
        started = [self.start("worker") for _number in range(number)]
        until(
            lambda: self.log.read_text().count("worker started") == before + number, START_SECONDS
        )
        return started

    def stop(self) -> None:
        for process in self.processes:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children with SIGKILL."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def database_url() -> str:
    """Return the address of the tests' database, for other processes."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    address = os.environ["DATABASE_URL"]
    return address[: address.rindex("/") + 1] + name
