"""A site of its own to measure: as hosted, on 127.0.0.1, with data that is thrown away."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.table import say

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "manage.py"]
START_SECONDS = 60.0
STOP_SECONDS = 40.0  # `serve` gives its parts 25 s
# Empty counts as unset, and hides what a .env file may say.
UNSET = (
    "DEBUG ALLOWED_HOSTS EMAIL_URL EMAIL_FROM MEDIA_STORAGE_URL TIME_ZONE LANGUAGE_CODE"
)


def configure(data: Path, akismet_url: str, akismet_key: str) -> str:
    """Sets the environment of this process and of the site to come; returns the site's address.

    DATABASE_URL and REDIS_URL stay as they are: to measure PostgreSQL, name one that is empty.
    """
    port = free_port()
    os.environ.update(dict.fromkeys(UNSET.split(), ""))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        SECRET_KEY=secrets.token_urlsafe(50),
        DATA_DIR=str(data),
        DATABASE_URL=os.environ.get("DATABASE_URL", ""),
        REDIS_URL=os.environ.get("REDIS_URL", ""),
        PORT=str(port),
        SITE_URL=f"http://127.0.0.1:{port}",
        TRUSTED_PROXIES="127.0.0.1",
        AKISMET_API_KEY=akismet_key,
        AKISMET_API_URL=akismet_url,
    )
    return os.environ["SITE_URL"]


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def prepare() -> None:
    """Tables and static files."""
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([*MANAGE, *command], cwd=ROOT, check=True)  # noqa: S603  (our own program)


@contextlib.contextmanager
def serving(address: str, log: Path) -> Iterator[None]:
    """Web and worker, from the moment they are ready until the context is left."""
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program)
            [*MANAGE, "serve"], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait_until_ready(address, process, log)
            yield
        except Exception:
            say(f"The site's last words:\n{log.read_text()[-3000:]}")
            raise
        finally:
            stop(process)


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Raises RuntimeError with the site's last words if it does not come up."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/readyz", trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The site did not start:\n{log.read_text()[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the site's processes, whatever happens: a second Ctrl-C does not come between."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.terminate()
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    finally:
        signal.signal(signal.SIGINT, before)
