"""The first start of `make run` is killed at random moments."""

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.moderator_client import ModeratorClient
from tests.support.processes import kill_tree
from tests.support.site_cluster import ROOT, free_port, until

pytestmark = pytest.mark.slow

SITES, KILLS = 4, 4  # of each site's first starts
START_SECONDS = 240.0
LOGIN = re.compile(r"Login for the \w+: (\S+) / (\S+)")
STYLESHEET = re.compile(r'href="(/static/[^"]+\.css)"')


class NewSite:
    """A site in an empty folder."""

    def __init__(self, folder: Path) -> None:
        port = str(free_port())
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "log"
        own = {"DATA_DIR": str(folder / "data"), "PORT": port, "SITE_URL": self.url}
        self.environment = {**os.environ, **own, "SECRET_KEY": "", "AKISMET_API_KEY": ""}
        for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"):
            self.environment.pop(name, None)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Do what `make run` does, without waiting for the site."""
        command = [sys.executable, "-m", "operations.bootstrap"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Kill everything that was started."""
        if self.process:
            kill_tree(self.process.pid)
            self.process.wait()

    def is_ready(self) -> bool:
        """Return True if /readyz answers 200."""
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def assert_is_complete(self) -> None:
        """Assert that there is a demo with its styles, and that the printed logins work."""
        home = httpx.get(self.url, trust_env=False).text
        assert "Glass Semaphore" in home
        for path in STYLESHEET.findall(home):
            assert httpx.get(self.url + path, trust_env=False).status_code == 200
        logins = dict(LOGIN.findall(self.log.read_text()))
        assert len(logins) == 3
        for username, password in logins.items():
            ModeratorClient(self.url, username, password).client.close()


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[NewSite]:
    site = NewSite(tmp_path)
    yield site
    site.kill()


@pytest.mark.parametrize("seed", range(SITES))
def test_the_start_after_killed_first_starts_makes_a_complete_site(
    new_site: NewSite, seed: int
) -> None:
    chance = random.Random(seed)
    for _kill in range(KILLS):
        new_site.start()
        time.sleep(chance.uniform(0.1, 15))
        new_site.kill()
    new_site.start()
    until(new_site.is_ready, START_SECONDS)
    new_site.assert_is_complete()
