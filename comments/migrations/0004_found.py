"""What the moderators' search asks: an index of all groups of three signs.

It is empty at first: the worker fills it, some comments at a time, and until then the search looks
through what is not in it.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# Where in a text a group stands is not kept: what is found is compared once more anyway.
ON_SQLITE = [
    "CREATE VIRTUAL TABLE comments_found"
    " USING fts5(text, tokenize='trigram', detail=none, columnsize=0)",
]
# A table of its own: each new status of a comment would cost an index of that table anew.
ON_POSTGRESQL = [
    "CREATE TABLE comments_found (rowid bigint PRIMARY KEY, text text NOT NULL)",
    "CREATE INDEX comments_found_text ON comments_found USING gin (text gin_trgm_ops)",
]


def make(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in ON_SQLITE if is_sqlite else ON_POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE comments_found")


class Migration(migrations.Migration):

    dependencies = [
        ("comments", "0003_request_ids_and_mail"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(make, drop),
    ]
