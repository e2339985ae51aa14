"""Checks of the disk, the database, backups, settings and versions."""

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

from core.scheduler import last_run
from operations.errors import mail
from operations.status.checks import CheckResult, Section, State, age, register, state_by_age

GIB = 1024**3
LOCAL = ("localhost", "127.0.0.1", "::1")


@register(Section.MACHINE)
def disk() -> CheckResult:
    total, _used, free = shutil.disk_usage(settings.DATA_DIR)
    sentence = _("%(free)s of %(total)s are free on the disk that holds the site's data.")
    state = State.OK if free > 2 * GIB else State.WARNING if free > GIB / 2 else State.CRITICAL
    values = {"free": filesizeformat(free), "total": filesizeformat(total)}
    return CheckResult(_("Disk"), state, sentence % values)


@register(Section.MACHINE)
def database() -> CheckResult:
    sentence = _("The database uses %(size)s.") % {"size": filesizeformat(database_size())}
    return CheckResult(_("Database"), State.OK, sentence)


def database_size() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    file = Path(connection.settings_dict["NAME"])
    parts = [file, file.with_name(f"{file.name}-wal")]
    return sum(part.stat().st_size for part in parts if part.exists())


@register(Section.MACHINE, readiness="migrations")
def migrations() -> CheckResult:
    name, executor = _("Migrations"), MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        sentence = _("Some migrations are not applied. Run manage.py migrate.")
        return CheckResult(name, State.CRITICAL, sentence, unready="some are not applied")
    return CheckResult(name, State.OK, _("All migrations are applied."))


@register(Section.MACHINE)
def backup() -> CheckResult:
    name, last = _("Backup"), last_run("backup")
    if last is None:
        sentence = _("No backup made with manage.py backup yet. Do you have another one?")
        return CheckResult(name, State.WARNING, sentence)
    sentence = _("The last backup was made %(age)s ago.") % {"age": age(last)}
    return CheckResult(
        name, state_by_age(last, warning=2 * 24 * 60, critical=7 * 24 * 60), sentence
    )


@register(Section.MACHINE)
def site() -> list[CheckResult]:
    """Check for settings that are only suitable for development; one line if there are none."""
    found, address = [], urlsplit(settings.SITE_URL)
    if settings.DEBUG:
        sentence = _("DEBUG is on: error pages show the site's internals to everyone.")
        found.append(CheckResult(_("Development mode"), State.CRITICAL, sentence))
    if address.scheme == "http" and address.hostname not in LOCAL:
        sentence = _("SITE_URL isn't https: passwords are sent unencrypted.")
        found.append(CheckResult(_("Address"), State.WARNING, sentence))
    if not mail.owners().exists():
        sentence = _("No site owner has an email address, so nobody gets emails about errors.")
        found.append(CheckResult(_("Site owner"), State.WARNING, sentence))
    return found or [CheckResult(_("Settings"), State.OK, _("No problems found."))]


@register(Section.MACHINE)
def versions() -> CheckResult:
    named = {
        "Verdict": settings.VERSION,
        "Django": django.get_version(),
        "Python": platform.python_version(),
        "granian": version("granian"),
    }
    if connection.vendor == "postgresql":
        number = connection.pg_version  # type: ignore[attr-defined]  # 150003 is 15.3
        named["PostgreSQL"] = f"{number // 10_000}.{number % 10_000}"
    else:
        named["SQLite"] = sqlite3.sqlite_version
    sentence = ", ".join(f"{name} {number}" for name, number in named.items())
    return CheckResult(_("Versions"), State.OK, sentence)
