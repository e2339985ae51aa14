"""Fill what the moderators' search looks through, and index it on PostgreSQL.

The index is made here rather than in `Meta.indexes`: SQLite has no operator classes.
"""

from django.db import migrations

from core.text import fold

BATCH_SIZE = 500
FIELDS = ("name", "email", "website", "body")
OLD_INDEX = ", ".join(f"UPPER({column}) gin_trgm_ops" for column in ("body", *FIELDS[:3]))


def fill(apps, schema_editor):
    comments = apps.get_model("comments", "Comment").objects
    batch = []
    for comment in comments.only("pk", *FIELDS).iterator(chunk_size=BATCH_SIZE):
        comment.search_text = fold("\n".join(getattr(comment, name) for name in FIELDS))
        batch.append(comment)
        if len(batch) == BATCH_SIZE:
            comments.bulk_update(batch, ["search_text"])
            batch = []
    comments.bulk_update(batch, ["search_text"])


def replace_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX comment_search")
        schema_editor.execute(
            "CREATE INDEX comment_search ON comments_comment USING gin (search_text gin_trgm_ops)"
        )


def restore_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX comment_search")
        schema_editor.execute(
            f"CREATE INDEX comment_search ON comments_comment USING gin ({OLD_INDEX})"
        )


class Migration(migrations.Migration):

    # Migration 0004 has installed the extension pg_trgm.
    dependencies = [("comments", "0011_search_text")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(replace_index, restore_index),
    ]
