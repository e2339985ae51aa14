import django.db.models.deletion
from django.db import migrations, models

SQLITE_INDEX = [
    """
    CREATE VIRTUAL TABLE blog_searchentry_fts USING fts5(
        title, body, content='blog_searchentry', content_rowid='post_id',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
    )
    """,
    # As https://www.sqlite.org/fts5.html#external_content_tables shows.
    """
    CREATE TRIGGER blog_searchentry_insert AFTER INSERT ON blog_searchentry BEGIN
        INSERT INTO blog_searchentry_fts(rowid, title, body)
        VALUES (new.post_id, new.title, new.body);
    END
    """,
    """
    CREATE TRIGGER blog_searchentry_delete AFTER DELETE ON blog_searchentry BEGIN
        INSERT INTO blog_searchentry_fts(blog_searchentry_fts, rowid, title, body)
        VALUES ('delete', old.post_id, old.title, old.body);
    END
    """,
    """
    CREATE TRIGGER blog_searchentry_update AFTER UPDATE ON blog_searchentry BEGIN
        INSERT INTO blog_searchentry_fts(blog_searchentry_fts, rowid, title, body)
        VALUES ('delete', old.post_id, old.title, old.body);
        INSERT INTO blog_searchentry_fts(rowid, title, body)
        VALUES (new.post_id, new.title, new.body);
    END
    """,
]


POSTGRESQL_INDEX = [
    """
    ALTER TABLE blog_searchentry ADD COLUMN tokens tsvector
    GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, title || ' ' || body)) STORED
    """,
    "CREATE INDEX blog_searchentry_tokens ON blog_searchentry USING gin (tokens)",
]


def create_full_text_index(apps, schema_editor):
    """Create the full-text index of the database on the two columns of `SearchEntry`."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_INDEX if is_postgresql else SQLITE_INDEX:
        schema_editor.execute(statement)


def drop_full_text_index(apps, schema_editor):
    """Drop what is not dropped together with the table of `SearchEntry`."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE blog_searchentry_fts")


def remove_modelsearch(apps, schema_editor):
    """Drop the tables of the library that the search used before."""
    for table in ("modelsearch_indexentry_fts", "modelsearch_indexentry"):
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}")
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="modelsearch").delete()


def index_all_posts(apps, schema_editor):
    """Let the worker index every post."""
    apps.get_model("blog", "Post").objects.update(index_due=True)


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0012_site_settings_keep_address_days"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="blog.post",
                    ),
                ),
                ("title", models.TextField()),
                ("body", models.TextField()),
            ],
        ),
        migrations.RunPython(create_full_text_index, drop_full_text_index),
        migrations.RunPython(remove_modelsearch, migrations.RunPython.noop),
        migrations.RunPython(index_all_posts, migrations.RunPython.noop),
    ]
