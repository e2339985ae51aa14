"""manage.py backup: copy the database and all pictures while the site runs."""

import logging
import os
import posixpath
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, storages
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.backends.postgresql.client import DatabaseClient

from core.scheduler import record_run

KEPT = timedelta(days=14)  # shorter than the 30 days after which the site forgets addresses
PICTURES = {"media": "default", "originals": "originals"}  # in DATA_DIR or a bucket

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Copies the database (kept for 14 days) and all pictures to FOLDER, also from a bucket."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="FOLDER", type=Path)

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        before = os.umask(0o077)  # a backup contains e-mail addresses and password hashes
        try:
            folder.mkdir(parents=True, exist_ok=True)
            database = copy_database(folder)
            # After the database, so that every picture it refers to is copied.
            for name, storage in PICTURES.items():
                add_pictures(storages[storage], folder / name)
            remove_old(folder)
            record_run("backup")
        except (OSError, DatabaseError, sqlite3.Error, ValueError) as error:
            log.error("backup failed", extra={"kind": type(error).__name__})
            raise CommandError(f"There is no complete backup: {error}") from None
        finally:
            os.umask(before)
        log.info("backup made")
        self.stdout.write(f"Backed up: {database}")


def copy_database(folder: Path) -> Path:
    """Write a copy of the database to `folder`; return its path, whose name is the time in UTC."""
    is_sqlite = connection.vendor == "sqlite"
    suffix, copy = ("sqlite3", copy_sqlite) if is_sqlite else ("dump", copy_postgresql)
    whole = folder / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}.{suffix}"
    part = whole.with_suffix(".part")
    try:
        copy(part)
        part.rename(whole)  # a file with this name is complete
    finally:
        part.unlink(missing_ok=True)
    return whole


def copy_sqlite(file: Path) -> None:
    """Copy the database with SQLite's backup API, which is consistent while others write."""
    connection.ensure_connection()
    copy = sqlite3.connect(file)
    try:
        connection.connection.backup(copy)
    finally:
        copy.close()


def copy_postgresql(file: Path) -> None:
    """Copy the database with pg_dump. The password is passed as Django passes it to psql."""
    (_psql, *where), secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = ["pg_dump", "--format=custom", f"--file={file}", *where]
    done = subprocess.run(  # noqa: S603  (a list of our own, through no shell)
        command, env={**os.environ, **(secrets or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(done.stderr.strip())


def add_pictures(storage: Storage, target: Path) -> None:
    """Copy the pictures that are not in the backup yet; a file is never changed under its name."""
    for name in names(storage):
        copy = target / name
        if copy.exists():
            continue
        with suppress(FileNotFoundError), storage.open(name) as file:  # deleted in the meantime
            copy.parent.mkdir(parents=True, exist_ok=True)
            part = copy.with_name(f"{copy.name}.part")
            with part.open("wb") as out:
                shutil.copyfileobj(file, out)
            part.rename(copy)


def names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the name of every file in a storage, with its folder; none if it is empty."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (posixpath.join(folder, file) for file in files)
    for each in folders:
        yield from names(storage, posixpath.join(folder, each))


def remove_old(folder: Path) -> None:
    """Delete copies of the database that are older than `KEPT`."""
    before = (datetime.now(UTC) - KEPT).timestamp()
    for file in [*folder.glob("*.sqlite3"), *folder.glob("*.dump")]:
        if file.stat().st_mtime < before:
            file.unlink()
