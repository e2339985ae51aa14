"""manage.py web: the production web server."""

import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from pagecache.version import invalidate_pages


class Command(BaseCommand):
    help = "Serves the site on 127.0.0.1 (or --address) and the port in PORT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="127.0.0.1")
        cores = min(os.cpu_count() or 1, 4)
        parser.add_argument("--workers", type=int, choices=range(1, 33), metavar="N", default=cores)

    def handle(self, *_args: Any, address: str, workers: int, **_options: Any) -> None:
        refuse_unless_free(address, settings.PORT)
        # Pages in Redis may come from an older version, with other settings or static files.
        with suppress(DatabaseError), transaction.atomic():
            invalidate_pages()
        connection.close()
        server("config.asgi:application", address, settings.PORT, workers).serve()


def refuse_unless_free(address: str, port: int) -> None:
    """Raise CommandError, with what to do, if the server can't listen at this address."""
    try:
        family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # but not SO_REUSEPORT
            probe.bind((address, port))
    except ValueError:
        raise CommandError(f"{address!r} is no IP address: take 127.0.0.1 say.") from None
    except OSError as error:
        raise CommandError(
            f"Nothing can listen at {address}, port {port} ({error.strerror}): choose another,"
            " PORT=8001 or --address 127.0.0.1 say."
        ) from None


def server(application: str, address: str, port: int, workers: int) -> Any:
    """Return the web server for an ASGI application."""
    return Granian(
        application,
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        # A process that dies is replaced.
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        websockets=False,
        # Its warnings are part of our log; requests are not logged.
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},
        log_access=False,
    )
