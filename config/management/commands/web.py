"""manage.py web: the web server, as it is meant to be hosted."""

import os
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection, transaction
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from blog import pages

# A process; each holds one database connection. One may wait while the other works; more of them
# take the lock of Python from each other at every look into the database: a fifth of the time.
THREADS = 2


class Command(BaseCommand):
    help = "Serves the site on 127.0.0.1 (or --address) at the port of PORT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))

    def handle(self, *_args: Any, address: str, workers: int, **_options: Any) -> None:
        # Pages that Redis kept may be of an older version, with other settings or static files.
        with suppress(DatabaseError), transaction.atomic():
            pages.changed()
        connection.close()
        server("config.wsgi:application", address, settings.PORT, workers).serve()


def server(application: str, address: str, port: int, workers: int) -> Granian:
    """The web server for a WSGI application."""
    return Granian(
        application,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        # One that dies is started anew; one that grows is replaced.
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        websockets=False,
        # Its lines are among ours, from warnings up; it keeps no list of who asked for what.
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},
        log_access=False,
    )
