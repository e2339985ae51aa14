"""What `make run` does on its first day, killed with -9 again and again:
`python -m bench.faults.first_start`. Each next start, left alone, must come up whole."""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench import site
from bench.faults import processes
from bench.faults.stand import Stand, main
from bench.moderator import Moderator
from bench.table import say

SITES, KILLS = 4, 4  # so many new sites, each killed so often
LOGIN = re.compile(r"Login for the (\w+): (\S+) / (\S+)")


def run(here: Stand) -> None:
    chance, whole, words = random.Random(6), 0, list[str]()
    longest = undisturbed()
    here.table.note("a first start that nobody disturbs", f"{longest:.1f} s")
    for _site in range(SITES):
        with tempfile.TemporaryDirectory(prefix="verdict-first-") as folder:
            environment, log = its_own(Path(folder)), Path(folder) / "log"
            for _kill in range(KILLS):
                process = started(environment, log)
                time.sleep(chance.uniform(0.1, longest))
                kill_tree(process.pid)
                process.wait()
            fine, said = comes_up(environment, log)
            whole += fine
            words += [] if fine else [said]
            say(f"A new site, killed {KILLS} times: {said}")
    here.table.expect(f"of {SITES} sites, {KILLS} kills each, whole at last", whole, whole == SITES)
    for said in words:
        here.table.note("its last words", said[-300:].replace("\n", " "))


def undisturbed() -> float:
    """The seconds that it takes."""
    with tempfile.TemporaryDirectory(prefix="verdict-first-") as folder:
        start = time.monotonic()
        fine, said = comes_up(its_own(Path(folder)), Path(folder) / "log")
        if not fine:
            raise RuntimeError(said)
        return time.monotonic() - start


def its_own(folder: Path) -> dict[str, str]:
    port = str(site.free_port())
    address = f"http://127.0.0.1:{port}"
    own = {"DATA_DIR": str(folder / "data"), "PORT": port, "SITE_URL": address, "SECRET_KEY": ""}
    return {**os.environ, **own, "AKISMET_API_KEY": ""}


def started(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("a") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "operations.bootstrap"],
            cwd=site.ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )


def kill_tree(pid: int) -> None:
    for one in [pid, *processes.below(pid)]:
        processes.kill(one)


def comes_up(environment: dict[str, str], log: Path) -> tuple[bool, str]:
    """Whether a start that nobody disturbs ends in a site with the demo and logins that work."""
    process = started(environment, log)
    try:
        site.wait_until_ready(environment["SITE_URL"], process, log)
        home = httpx.get(environment["SITE_URL"], trust_env=False).text
        logins = {who: (name, word) for who, name, word in LOGIN.findall(log.read_text())}
        for name, word in logins.values():
            Moderator(environment["SITE_URL"], name, word)
        styled = all(
            httpx.get(environment["SITE_URL"] + path, trust_env=False).status_code == 200
            for path in re.findall(r'href="(/static/[^"]+\.css)"', home)
        )
        fine = "Glass Semaphore" in home and len(logins) == 3 and styled
        return fine, f"{len(logins)} logins, demo: {'Glass Semaphore' in home}, styled: {styled}"
    except (RuntimeError, httpx.HTTPError) as error:
        return False, str(error)
    finally:
        site.stop(process)
        kill_tree(process.pid)


if __name__ == "__main__":
    sys.exit(main("first start killed", run))
