"""What the moderators' search asks: an index of all groups of three signs.

On PostgreSQL it is built beside the running site. On SQLite it is an empty table: the worker fills
it some comments at a time, and until then what is not in it is looked through.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

TEXT = " || '\n' || ".join(["body", "name", "email", "website"])
# Whole positions of the signs are not kept: what is found is compared once more anyway.
TABLE = """
    CREATE VIRTUAL TABLE comments_found
    USING fts5(text, tokenize='trigram', detail=none, columnsize=0)"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # One that was broken off while it was built would be there, and of no use.
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS comment_found")
        schema_editor.execute(
            "CREATE INDEX CONCURRENTLY comment_found ON comments_comment"
            f" USING gin (({TEXT}) gin_trgm_ops)"
        )
    else:
        schema_editor.execute(TABLE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS comment_found")
    else:
        schema_editor.execute("DROP TABLE comments_found")


class Migration(migrations.Migration):

    atomic = False  # an index can't be built beside others' work within a transaction

    dependencies = [
        ("comments", "0002_rules_in_words"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(make, drop, atomic=False),
    ]
