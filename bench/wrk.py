"""Measure with wrk how many requests a second an address serves."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

CONNECTIONS, THREADS = 32, 2
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
ERRORS = re.compile(r"(Non-2xx or 3xx responses|Socket errors): (.+)")


@dataclass(frozen=True)
class Target:
    """A name, an absolute address, and the seconds of each measurement."""

    name: str
    address: str
    seconds: int = 2


def measure_rate(target: Target) -> float:
    """Return requests a second; raise RuntimeError if a request failed or wrk is missing."""
    program = shutil.which("wrk")
    if not program:
        raise RuntimeError("wrk is missing: install Debian's package wrk.")
    options = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{target.seconds}s", "--timeout", "10s"]
    command = [program, *options, "-H", "Accept-Encoding: gzip", target.address]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  (our own program, through no shell)
    if errors := ERRORS.search(output):
        raise RuntimeError(f"{target.name}: {errors[0]}")
    rate = RATE.search(output)
    assert rate
    return float(rate[1])


def measure_in_turn(targets: Sequence[Target], times: int = 3) -> dict[str, float]:
    """Return the median rate of each target by its name.

    They are measured in turn, so that a slow spell of the machine affects all of them, and once
    before that for warming up.
    """
    for target in targets:
        measure_rate(Target(target.name, target.address, 1))
    rates: dict[str, list[float]] = {target.name: [] for target in targets}
    for _time in range(times):
        for target in targets:
            rates[target.name].append(measure_rate(target))
    return {name: median(measured) for name, measured in rates.items()}
