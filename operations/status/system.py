"""Where the site lives: findings about disk, database, backup, settings and versions."""

import platform
import shutil
import sqlite3
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config import __version__
from core.scheduler import last_run
from operations.errors import mail
from operations.status.checks import Finding, State, age, by_age

GIB = 1024**3
LOCAL = ("localhost", "127.0.0.1", "::1")


def disk() -> Finding:
    total, _used, free = shutil.disk_usage(settings.DATA_DIR)
    said = _("%(free)s of %(total)s are free where the site keeps its data.")
    state = State.OK if free > 2 * GIB else State.LOOK if free > GIB / 2 else State.BAD
    values = {"free": filesizeformat(free), "total": filesizeformat(total)}
    return Finding(_("Disk"), state, said % values)


def database() -> Finding:
    said = _("The database takes %(size)s.") % {"size": filesizeformat(database_size())}
    return Finding(_("Database"), State.OK, said)


def database_size() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    file = Path(connection.settings_dict["NAME"])
    parts = [file, file.with_name(f"{file.name}-wal")]
    return sum(part.stat().st_size for part in parts if part.exists())


def migrations() -> Finding:
    name, executor = _("Migrations"), MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return Finding(name, State.BAD, _("Some are not applied: run manage.py migrate."))
    return Finding(name, State.OK, _("All are applied."))


def backup() -> Finding:
    name, last = _("Backup"), last_run("backup")
    if last is None:
        said = _("manage.py backup has never run here: is there a backup by other means?")
        return Finding(name, State.LOOK, said)
    said = _("The last one was made %(age)s ago.") % {"age": age(last)}
    return Finding(name, by_age(last, look=2 * 24 * 60, bad=7 * 24 * 60), said)


def site() -> list[Finding]:
    """What the settings leave open; nothing where they leave nothing."""
    found, address = [], urlsplit(settings.SITE_URL)
    if settings.DEBUG:
        said = _("DEBUG is on: errors show the insides of the site to everybody.")
        found.append(Finding(_("Development mode"), State.BAD, said))
    if address.scheme == "http" and address.hostname not in LOCAL:
        said = _("SITE_URL is not https: passwords and comments travel in the open.")
        found.append(Finding(_("Address"), State.LOOK, said))
    if not mail.owners().exists():
        said = _("No owner has an e-mail address: nobody is mailed about errors.")
        found.append(Finding(_("Owner"), State.LOOK, said))
    return found or [Finding(_("Settings"), State.OK, _("Nothing in them asks for a look."))]


def versions() -> Finding:
    named = {
        "Verdict": __version__,
        "Django": django.get_version(),
        "Python": platform.python_version(),
        "granian": version("granian"),
    }
    if connection.vendor == "postgresql":
        number = connection.pg_version  # type: ignore[attr-defined]  # 150003 is 15.3
        named["PostgreSQL"] = f"{number // 10_000}.{number % 10_000}"
    else:
        named["SQLite"] = sqlite3.sqlite_version
    said = ", ".join(f"{name} {number}" for name, number in named.items())
    return Finding(_("Versions"), State.OK, said)
