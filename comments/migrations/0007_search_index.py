"""Drop the tables of the moderators' old search; index what the new one searches on PostgreSQL.

The search is `icontains`, which Django writes as UPPER(column) LIKE UPPER(text), and so the index
holds the same expressions. It is made here rather than in `Meta.indexes`: SQLite has no operator
classes, and makes all indexes of a model again whenever a later migration changes its table.
"""

from django.db import migrations

COLUMNS = ("body", "name", "email", "website")


def create_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        columns = ", ".join(f"UPPER({column}) gin_trgm_ops" for column in COLUMNS)
        schema_editor.execute(
            f"CREATE INDEX comment_search ON comments_comment USING gin ({columns})"
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX comment_search")


class Migration(migrations.Migration):

    # Migration 0004 has installed the extension pg_trgm.
    dependencies = [("comments", "0006_field_names")]

    operations = [
        migrations.RunSQL(
            "DROP TABLE comments_found", reverse_sql="CREATE TABLE comments_found (rowid bigint)"
        ),
        migrations.RunPython(create_index, drop_index),
    ]
