"""A PostgreSQL and a Redis server of our own on free ports, for tests that stop and kill them."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis

from tests.support.site_cluster import free_port


class PostgreSQLServer:
    """A cluster in an empty folder; it needs root and Debian's package `postgresql`."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "cluster", free_port()
        folder.chmod(0o755)
        self.data.mkdir()
        shutil.chown(self.data, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync")

    @staticmethod
    def is_available() -> bool:
        """Return True if this machine can run one."""
        return os.geteuid() == 0 and bool(program_folders())

    @property
    def url(self) -> str:
        """Return the address for DATABASE_URL."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: object) -> str:
        """Run one of PostgreSQL's programs as the user postgres and return its output."""
        path = str(program_folders()[-1] / program)
        command = ["runuser", "-u", "postgres", "--", path, *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=120)  # noqa: S603  (our own program, through no shell)
        if result.returncode:
            raise RuntimeError(f"{program}: {result.stdout[-500:]} {result.stderr[-500:]}")
        return result.stdout

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = self.data / "log"  # a file, because the server would keep a pipe open
        self.run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", settings, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: "fast" ends its sessions, "immediate" is a crash."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def close(self) -> None:
        """Stop it whatever state it is in."""
        with contextlib.suppress(RuntimeError):
            self.stop()

    def verify(self) -> None:
        """Raise RuntimeError if pg_amcheck finds a damaged table or index."""
        where = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        self.run("pg_amcheck", *where, "--install-missing", "--heapallindexed", "postgres")


def program_folders() -> list[Path]:
    """Return the folders with PostgreSQL's programs, oldest version first."""
    return sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class RedisServer:
    """A server that stores nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port, socket_timeout=5)
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_available() -> bool:
        """Return True if this machine can run one."""
        return shutil.which("redis-server") is not None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        program = shutil.which("redis-server") or ""
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly no --save".split()
        self.process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [program, *options, ""], stdout=subprocess.DEVNULL, cwd="/"
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.ConnectionError):
                self.client.ping()
                return
            time.sleep(0.05)
        raise RuntimeError("Redis did not start.")

    def stop(self) -> None:
        """Kill the server; one that is suspended, too."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def suspend(self) -> None:
        """Let it accept connections and answer nothing."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        assert self.process
        self.process.send_signal(signal.SIGCONT)
