"""Sessions of PostgreSQL."""

from django.db import connection


def end_other_sessions() -> int:
    """Ends each session at PostgreSQL's database of the tests but our own; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.rowcount
