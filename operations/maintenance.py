"""The daily job: delete expired rows, and update the statistics of the database."""

from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import email_changes, rate_limits

KEEP_FINISHED_TASKS = timedelta(days=1)


def clean_up() -> None:
    """Delete expired sessions, attempts and links, and tasks that finished a day ago."""
    call_command("clearsessions")
    rate_limits.purge()
    email_changes.purge()
    finished_before = timezone.now() - KEEP_FINISHED_TASKS
    DBTaskResult.objects.finished().filter(finished_at__lt=finished_before).delete()
    optimize_sqlite()


def optimize_sqlite() -> None:
    """Update SQLite's statistics (https://www.sqlite.org/pragma.html#pragma_optimize)."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")
