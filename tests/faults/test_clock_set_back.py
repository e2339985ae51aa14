"""The clock runs a year ahead for a while, then is set right under the running site."""

import shutil
import struct
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.support.fake_akismet import Mode, StandIn
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import Traffic, statuses

pytestmark = pytest.mark.slow

YEAR = 365 * 24 * 3600
AHEAD = 20.0  # seconds for which the clock is wrong
CHECK_SECONDS = 60.0


@pytest.fixture
def clock_library(tmp_path: Path) -> Path:
    """A library that moves the clock of the processes that load it."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("There is no C compiler, which a settable clock needs.")
    library, source = tmp_path / "clock.so", Path(__file__).with_name("settable_clock.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603  (our own program, through no shell)
    return library


def test_a_clock_set_back_hides_what_is_scheduled_and_all_comments_are_checked(
    sqlite_site: FaultSite, akismet: StandIn, clock_library: Path
) -> None:
    site, clock = sqlite_site, clock_library.with_name("clock")
    set_ahead(clock, YEAR)
    site.start(LD_PRELOAD=str(clock_library), FAULTS_CLOCK=str(clock))
    page = f"{site.url}/reviews/next-month/"
    akismet.answer = Mode.BROKEN
    with Traffic(site.url, SLUGS, senders=2) as traffic:
        time.sleep(AHEAD)
        assert httpx.get(page, trust_env=False).status_code == 200
        before = len(traffic.sent)
        set_ahead(clock, 0)
        akismet.answer = Mode.HAM
        time.sleep(5)
        assert httpx.get(page, trust_env=False).status_code == 404
        assert "next-month" not in httpx.get(site.url, trust_env=False).text
    assert set(statuses(traffic.sent[before:])) == {303}
    site.assert_comments_are_intact(traffic.accepted, CHECK_SECONDS)


def set_ahead(clock: Path, seconds: int) -> None:
    """Write the seconds in place, because the processes have mapped the file."""
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))
