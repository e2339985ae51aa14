"""Sites and servers for the tests that break something; `make faults` runs them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.database_servers import PostgreSQLServer, RedisServer
from tests.support.fake_akismet import StandIn
from tests.support.fault_harness import FaultSite


@pytest.fixture
def akismet() -> Iterator[StandIn]:
    """A stand-in for Akismet."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def make_site(tmp_path: Path, akismet: StandIn) -> Iterator[Callable[..., FaultSite]]:
    """A function that prepares a site in a folder; the site is stopped after the test."""
    with ExitStack() as stack:

        def make(folder: Path = tmp_path, **servers: Any) -> FaultSite:
            site = FaultSite(folder, akismet, **servers)
            stack.callback(site.stop)
            return site

        yield make


@pytest.fixture
def postgresql() -> Iterator[PostgreSQLServer]:
    """A running PostgreSQL server."""
    if not PostgreSQLServer.is_available():
        pytest.skip("A PostgreSQL of our own needs root and Debian's package postgresql.")
    # Not tmp_path, whose parents the user postgres may not enter.
    with tempfile.TemporaryDirectory(prefix="verdict-postgresql-") as folder:
        server = PostgreSQLServer(Path(folder))
        server.start()
        yield server
        server.close()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running Redis server."""
    if not RedisServer.is_available():
        pytest.skip("redis-server is not installed.")
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sqlite_site(make_site: Callable[..., FaultSite]) -> FaultSite:
    """A site on SQLite."""
    return make_site()


@pytest.fixture
def postgresql_site(make_site: Callable[..., FaultSite], postgresql: PostgreSQLServer) -> FaultSite:
    """A site on PostgreSQL."""
    return make_site(postgresql=postgresql)


@pytest.fixture(params=["sqlite_site", "postgresql_site"])
def site(request: pytest.FixtureRequest) -> FaultSite:
    """A site on each database."""
    found: FaultSite = request.getfixturevalue(request.param)
    return found
