"""Load by wrk, from this machine to this machine: how many requests a second something answers."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CONNECTIONS, THREADS = 32, 2
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
WRONG = re.compile(r"(Non-2xx or 3xx responses|Socket errors): (.+)")


class Wrong(RuntimeError):
    """Something else was answered than what is measured."""


@dataclass(frozen=True)
class Target:
    """What is asked: the whole address, and for how long each time."""

    name: str
    address: str
    seconds: float = 2.0
    script: Path | None = None


def tool() -> str:
    """Where wrk is; RuntimeError with what to do where it is not."""
    found = shutil.which("wrk")
    if not found:
        raise RuntimeError("wrk is missing: install Debian's package wrk.")
    return found


def ask(target: Target, connections: int = CONNECTIONS) -> float:
    """Requests a second; Wrong if any was answered by an error."""
    command = [tool(), f"-t{THREADS}", f"-c{connections}", f"-d{max(1, round(target.seconds))}s"]
    if target.script:
        command += ["-s", str(target.script)]
    command += ["-H", "Accept-Encoding: gzip", "--timeout", "10s", target.address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  (our own program, through no shell)
    if wrong := WRONG.search(told):
        raise Wrong(f"{target.name}: {wrong[0]}")
    return float(RATE.search(told)[1])  # type: ignore[index]


@contextlib.contextmanager
def arriving(address: str, rate: int) -> Iterator[None]:
    """Comments that arrive at an address meanwhile, about so many a second. By wrk, for what sends
    them shall take no time from what is measured."""
    form = Path(__file__).with_name("taking.lua")
    command = [tool(), "-t1", f"-c{rate // 8}", "-d60s", "-s", str(form), address, "--", "100"]
    sending = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  (our own program, through no shell)
    try:
        yield
    finally:
        sending.terminate()
        sending.wait()


def in_turn(targets: Sequence[Target], times: int = 3) -> dict[str, float]:
    """The median rate of each, all of them asked in turn, so that a slow spell of the machine
    meets all alike; each is warm before it counts."""
    for target in targets:
        ask(Target(target.name, target.address, 1, target.script))
    rates: dict[str, list[float]] = {target.name: [] for target in targets}
    for _time in range(times):
        for target in targets:
            rates[target.name].append(ask(target))
    return {name: median(found) for name, found in rates.items()}
