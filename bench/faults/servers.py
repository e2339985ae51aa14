"""A PostgreSQL and a Redis of our own, on free ports, to be stopped and killed at will."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis

from bench import site


class Missing(Exception):
    """What a fault needs is not on this machine; the sentence says what."""


class Postgres:
    """A cluster in a folder of its own, which is empty at first."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if os.geteuid() != 0 or not found:
            raise Missing("A PostgreSQL of our own needs Debian's package, and root to start it.")
        self.bin, self.data, self.port = found[-1].parent, folder / "cluster", site.free_port()
        folder.chmod(0o755)
        self.data.mkdir()
        shutil.chown(self.data, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *words: object) -> str:
        """As the user postgres; returns what it says."""
        told = ["runuser", "-u", "postgres", "--", str(self.bin / program), *map(str, words)]
        done = subprocess.run(told, capture_output=True, text=True, cwd="/", timeout=120)  # noqa: S603  (our own program, through no shell)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout[-500:]} {done.stderr[-500:]}")
        return done.stdout

    def start(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = self.data / "log"
        # Not through pipes: the server would hold them open.
        self.run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", settings, "start")

    def stop(self, how: str) -> None:
        """`fast` ends sessions, `immediate` is a crash."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")

    def end(self) -> None:
        """Whatever state it is in."""
        with contextlib.suppress(RuntimeError):
            self.stop("immediate")

    def check(self) -> str:
        """What pg_amcheck finds wrong with tables and indexes; "" is well."""
        where = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        try:
            return self.run(
                "pg_amcheck", *where, "--install-missing", "--heapallindexed", "postgres"
            )
        except RuntimeError as error:
            return str(error)


class Redis:
    """A server that keeps nothing on disk."""

    def __init__(self) -> None:
        if not shutil.which("redis-server"):
            raise Missing("redis-server is not installed.")
        self.port = site.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port, socket_timeout=5)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly no --save".split()
        program = shutil.which("redis-server") or ""
        self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [program, *options, ""], stdout=subprocess.DEVNULL, cwd="/"
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                self.client.ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError("Redis did not start.")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def hang(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)
