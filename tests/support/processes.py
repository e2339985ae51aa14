"""Processes of this machine, looked up in /proc."""

import contextlib
import os
import signal
from pathlib import Path


def all_processes() -> list[int]:
    """Return the ids of all processes."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def descendants(pid: int) -> list[int]:
    """Return the ids of the children of a process, of their children, and so on."""
    parents = {}
    for process in all_processes():
        with contextlib.suppress(OSError):
            # The fields after the name, which may itself contain spaces and parentheses.
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            parents[process] = int(fields[1])
    found, generation = list[int](), [pid]
    while generation:
        generation = [child for child, parent in parents.items() if parent in generation]
        found += generation
    return found


def command_line(pid: int) -> str:
    """Return the command line of a process, or "" if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def listening_on(port: int) -> list[int]:
    """Return the ids of the processes that listen on a TCP port of 127.0.0.1."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = "0A"  # TCP_LISTEN in the kernel's include/net/tcp_states.h
    sockets = {
        f"socket:[{row[9]}]"
        for row in rows
        if row[1].endswith(f":{port:04X}")
        if row[3] == listening
    }
    return [pid for pid in all_processes() if sockets & open_files(pid)]


def open_files(pid: int) -> set[str]:
    """Return what the file descriptors of a process point to."""
    targets = set()
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                targets.add(os.readlink(link))
    return targets


def kill(pid: int) -> None:
    """Send SIGKILL to a process if it still exists."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_tree(pid: int) -> None:
    """Send SIGKILL to a process and to all its descendants."""
    for process in [pid, *descendants(pid)]:
        kill(process)
