"""The commands that owners run."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from blog.models import Page, Post
from comments.models import Comment, SpamServiceState, Status
from pagecache.version import current_version

ROOT = Path(__file__).resolve().parents[2]
BREAKER = r"It was away\. Next try at noon"


def test_render_again_updates_html_of_an_older_renderer(post, say, capsys):
    comment = say("**Loud**")
    old = {"body_html": "old", "renderer": "0-en"}
    Post.objects.update(**old)
    Comment.objects.update(**old)
    before, changed_at = current_version(), Post.objects.get().updated_at
    call_command("render_again")
    comment.refresh_from_db()
    assert "<strong>Loud</strong>" in comment.body_html
    assert "It was fine." in Post.objects.get().body_html
    assert Post.objects.get().updated_at == changed_at
    assert current_version() != before
    assert "posts 1, comments 1" in capsys.readouterr().out


def test_web_explains_that_it_cannot_listen_and_what_to_do(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.PORT = other.getsockname()[1]
        with pytest.raises(CommandError, match=r"in use.*choose another"):
            call_command("web")
    with pytest.raises(CommandError, match=r"can listen at 203\.0\.113\.1"):
        call_command("web", address="203.0.113.1")
    for name in ("localhost", "", "127.1"):
        with pytest.raises(CommandError, match="is no IP address"):
            call_command("web", address=name)


def test_render_again_skips_html_that_is_up_to_date(post, say, capsys):
    say()
    call_command("render_again")
    assert "posts 0, comments 0" in capsys.readouterr().out
    call_command("render_again", everything=True)
    assert "posts 1, comments 1" in capsys.readouterr().out


def test_render_again_updates_pages_too(db, capsys):
    Page.objects.create(title="About", slug="about", body="**We** are here.")
    Page.objects.update(body_html="old", renderer="0-en")
    changed_at = Page.objects.get().updated_at
    call_command("render_again")
    page = Page.objects.get()
    assert ("<strong>We</strong>" in page.body_html, page.updated_at) == (True, changed_at)
    assert "pages 1" in capsys.readouterr().out


def test_render_again_updates_html_after_a_change_of_language(post, settings, capsys):
    settings.LANGUAGE_CODE = "de"
    call_command("render_again")
    assert "posts 1" in capsys.readouterr().out


def test_check_akismet_reports_a_valid_key(db, akismet, say, capsys):
    say(status=Status.CHECKING)
    call_command("check_akismet")
    said = capsys.readouterr().out
    assert "1 comment has been waiting for the spam check" in said
    assert "The key is good. Used this month: 7463 of 350000." in said


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("invalid", "does not know this key"),
        ("500", "working right now"),
        ("reset", "couldn't be reached"),
    ],
)
def test_check_akismet_explains_problems(db, akismet, answer, sentence):
    akismet.answer = answer
    with pytest.raises(CommandError, match=sentence):
        call_command("check_akismet")


def test_check_akismet_says_how_long_comments_have_waited(db, akismet, say, capsys):
    say("one", status=Status.CHECKING, created_at=timezone.now() - timedelta(minutes=45))
    say("two", status=Status.PENDING)
    call_command("check_akismet")
    said = capsys.readouterr().out
    assert "1 comment has been waiting for review" in said
    assert "waiting for the spam check for 45\xa0minutes" in said
    Comment.objects.update(created_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(CommandError, match="spam check for 2\xa0hours"):
        call_command("check_akismet")


@pytest.mark.parametrize(
    ("usage", "sentence"),
    [
        ({"throttled": True}, "slows this key down"),
        ({"usage": 350000}, "checks are used up"),
    ],
)
def test_check_akismet_checks_the_quota(db, akismet, usage, sentence):
    akismet.usage.update(usage)
    with pytest.raises(CommandError, match=sentence):
        call_command("check_akismet")


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"failures": 3, "next_probe_at": datetime(2026, 11, 25, 12, tzinfo=UTC)}, BREAKER),
        ({"alert_code": "10010", "alert": "Please upgrade."}, r"alert 10010\): Please upgrade\."),
    ],
)
def test_check_akismet_tells_what_the_worker_heard(db, akismet, known, sentence):
    SpamServiceState.objects.create(pk=1, failure="It was away.", **known)
    with pytest.raises(CommandError, match=sentence):
        call_command("check_akismet")


def test_check_akismet_names_every_problem_and_never_the_key(db, akismet, say, capfd):
    akismet.answer = "invalid"
    say("one", status=Status.CHECKING, created_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(CommandError) as raised:
        call_command("check_akismet")
    said = str(raised.value) + "".join(capfd.readouterr())
    assert "spam check for 2\xa0hours" in said
    assert "does not know this key" in said
    assert akismet.key not in said


def test_check_akismet_reports_a_missing_key(db):
    with pytest.raises(CommandError, match="AKISMET_API_KEY is not set"):
        call_command("check_akismet")


class Site:
    """The command that `make run` runs, with separate data."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        # Always SQLite, because these tests are about processes.
        variables = {"PORT": str(self.port), "DATA_DIR": str(folder), "DEBUG": ""}
        unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL"), "")
        self.environment = {
            **os.environ,
            **unset,
            **variables,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> str:
        """Start the site and wait until it responds; return what it has printed."""
        log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "operations.bootstrap"],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        until = time.monotonic() + 120
        while "The site is at" not in (said := (self.folder / "log").read_text()):
            assert time.monotonic() < until, said
            assert self.process.poll() is None, said
            time.sleep(0.1)
        log.close()
        return said

    def get(self, path: str = "/healthz") -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def children(self) -> dict[str, int]:
        """Return the process id of each part by its name."""
        assert self.process
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                command = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if parent == str(self.process.pid) and "manage.py" in command:
                found[command[command.index("manage.py") + 1]] = int(folder.name)
        return found

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(timeout=40)


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[Site]:
    if not Path("/proc").is_dir():
        pytest.skip("this machine has no /proc to look processes up in")
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    if site.process and site.process.poll() is None:
        site.stop(signal.SIGTERM)


def test_a_site_starts_restarts_its_parts_and_stops(site):
    """One test covers the whole life of a site, because each start takes seconds."""
    # The first start creates everything, and prints the address and three logins.
    said = site.start()
    assert f"http://127.0.0.1:{site.port}/" in said
    assert [line.split(":")[0] for line in said.splitlines() if line.startswith("Login")] == [
        "Login for the owner",
        "Login for the author",
        "Login for the moderator",
    ]
    assert "Glass Semaphore" in site.get("/")
    assert "ok" in site.get("/readyz")
    assert (site.folder / "secret_key").stat().st_mode & 0o077 == 0

    # A second start on the same port fails with an explanation and does not affect the first.
    second = subprocess.run(
        [sys.executable, "-m", "operations.bootstrap"],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"port {site.port} (Address already in use)" in second.stderr
    assert "Traceback" not in second.stderr

    # A part that is killed is restarted.
    before = site.children()
    assert set(before) == {"web", "worker"}
    os.kill(before["worker"], signal.SIGKILL)
    until = time.monotonic() + 30
    while site.children().get("worker") in (None, before["worker"]):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert site.get()

    # No process of a killed web server keeps responding next to the new one.
    before = site.children()
    answering = children_of(before["web"])
    assert answering
    os.kill(before["web"], signal.SIGKILL)
    until = time.monotonic() + 30
    while site.children().get("web") in (None, before["web"]) or not is_served(site):
        assert time.monotonic() < until
        time.sleep(0.1)
    until = time.monotonic() + 10  # until the ended processes have been reaped
    while any(Path(f"/proc/{pid}").exists() for pid in answering):
        assert time.monotonic() < until
        time.sleep(0.1)

    # One Ctrl-C stops both.
    parts = site.children()
    assert site.stop() == 0
    for pid in parts.values():
        assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(URLError):
        site.get()

    # A later start, as after an upgrade, keeps the data and creates no logins or demo again.
    next(site.folder.rglob("renderer.stamp")).write_text("an older one")
    said = site.start()
    assert "bringing texts up to date" in said
    assert "Login" not in said
    assert "demo" not in said
    assert "Glass Semaphore" in site.get("/")

    # If `serve` itself is killed, no process remains that would keep the port.
    parts = site.children()
    assert site.stop(signal.SIGKILL) == -signal.SIGKILL
    until = time.monotonic() + 40
    while any(Path(f"/proc/{pid}").exists() for pid in parts.values()):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert not is_served(site)


def children_of(pid: int) -> list[int]:
    found = (Path(f"/proc/{pid}/task/{pid}/children")).read_text()
    return [int(child) for child in found.split()]


def is_served(site: Site) -> bool:
    try:
        return bool(site.get())
    except OSError:
        return False
