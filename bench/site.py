"""A site to measure, run as in production but on 127.0.0.1 and with temporary data."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django
import httpx

from bench.table import say
from tests.support.site_cluster import free_port

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "manage.py"]
START_SECONDS = 60.0
STOP_SECONDS = 40.0  # `serve` gives its parts 25 s
# An empty variable counts as unset, and overrides a value in a .env file.
UNSET = "DEBUG ALLOWED_HOSTS EMAIL_URL EMAIL_FROM MEDIA_STORAGE_URL TIME_ZONE LANGUAGE_CODE"


@contextlib.contextmanager
def prepared(akismet_url: str = "http://127.0.0.1:9", akismet_key: str = "") -> Iterator[Path]:
    """Prepare a site without running it; yield a folder for its data and other files.

    This sets the environment of this process, and sets up Django for it. DATABASE_URL and
    REDIS_URL stay as they are. Raise RuntimeError if that database already contains a site.
    """
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        port = free_port()
        os.environ.update(dict.fromkeys(UNSET.split(), ""))
        os.environ.update(
            DJANGO_SETTINGS_MODULE="config.settings",
            SECRET_KEY=secrets.token_urlsafe(50),
            DATA_DIR=folder,
            DATABASE_URL=os.environ.get("DATABASE_URL", ""),
            REDIS_URL=os.environ.get("REDIS_URL", ""),
            PORT=str(port),
            SITE_URL=f"http://127.0.0.1:{port}",
            TRUSTED_PROXIES="127.0.0.1",
            AKISMET_API_KEY=akismet_key,
            AKISMET_API_URL=akismet_url,
        )
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run([*MANAGE, *command], cwd=ROOT, check=True)  # noqa: S603  (our own program, through no shell)
        django.setup()
        from bench import seed

        seed.require_empty_database()
        yield Path(folder)


def url() -> str:
    """Return the address of the prepared site."""
    return os.environ["SITE_URL"]


@contextlib.contextmanager
def running(command: str = "serve") -> Iterator[int]:
    """Run `manage.py serve`, `web` or `worker`; yield its process id once the site is ready.

    Do not wait for a worker.
    """
    log = Path(os.environ["DATA_DIR"]) / f"{command}.log"
    with log.open("a") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [*MANAGE, command], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
        try:
            if command != "worker":
                wait_until_ready(url(), process, log)
            yield process.pid
        except Exception:
            say(f"The end of the log:\n{log.read_text()[-3000:]}")
            raise
        finally:
            stop(process)


def wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until /readyz answers 200; raise RuntimeError with the end of the log otherwise."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/readyz", trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The site did not start:\n{log.read_text()[-2000:]}")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a process, even if Ctrl-C is pressed meanwhile."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.terminate()
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
