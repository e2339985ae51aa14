"""The site's processes, found in /proc, started and killed."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from bench import site


class Site:
    """`manage.py serve`, or one part alone, on the settings of this process's environment."""

    def __init__(self, address: str, log: Path, part: str = "serve") -> None:
        self.address, self.log, self.part_alone = address, log, part
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        """Until it is ready; `more` joins its environment. A worker is not waited for."""
        with self.log.open("a") as output:
            self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
                [*site.MANAGE, self.part_alone],
                cwd=site.ROOT,
                env={**os.environ, **more},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if self.part_alone != "worker":
            site.wait_until_ready(self.address, self.process, self.log)

    def stop(self) -> None:
        """As an owner does; whatever stays behind is killed."""
        if self.process is None:
            return
        left = [self.process.pid, *self.tree()]
        site.stop(self.process)
        for pid in left:
            kill(pid)
        self.process = None

    def tree(self) -> list[int]:
        """All processes below `serve`."""
        assert self.process
        return below(self.process.pid)

    def part(self, name: str) -> list[int]:
        """The process of the part `web` or `worker`, if it is there; the web server's own, which
        answer requests, come after it."""
        words = f"manage.py {name}"
        return sorted(pid for pid in self.tree() if words in command(pid))

    def kill_all(self) -> None:
        """The whole tree with -9, its head first."""
        assert self.process
        left = self.tree()
        self.process.kill()
        self.process.wait()
        for pid in left:
            kill(pid)


def everybody() -> list[int]:
    """The ids of all processes."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def links(pid: int) -> set[str]:
    """What a process's file descriptors lead to."""
    found = set()
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(link))
    return found


def below(pid: int) -> list[int]:
    """The ids of all descendants of a process."""
    parents = {}
    for one in everybody():
        with contextlib.suppress(OSError):
            # After the name, which may hold spaces and brackets: state, parent's id ...
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2]
            parents[one] = int(stat.split()[1])
    found, more = [], [pid]
    while more:
        more = [child for child, parent in parents.items() if parent in more]
        found += more
    return found


def command(pid: int) -> str:
    """A process's command line; "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(pid: int) -> None:
    """With -9, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
