"""Migrations must let the code of the previous version run on the migrated database.

docs/hosting.md relies on that in the section "Upgrade".
"""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

# The last migrations from before this rule, which applies to all later ones.
BEFORE = {"blog": "0008_was_published", "comments": "0002_rules_in_words"}
# (app, migration): why the previous code can't run with it. CHANGELOG.md must tell owners to stop
# the site first.
STOP_FIRST: dict[tuple[str, str], str] = {
    ("blog", "0010_delete_generation"): "The version of cached pages moves to another table.",
    ("blog", "0011_excerpt_and_names"): "It renames columns.",
    ("blog", "0012_site_settings_keep_address_days"): "The setting moves to another table.",
    ("blog", "0013_search_entry"): "It replaces the search index.",
    ("blog", "0015_verdict_names_and_dates"): "Slugs may have letters that code does not take.",
    ("comments", "0005_delete_clock_and_mail_service"): "Two tables move to another app.",
    ("comments", "0006_field_names"): "It renames columns.",
    ("comments", "0007_search_index"): "It replaces the index of the moderators' search.",
    ("comments", "0012_fill_search_text"): "It replaces the index of the moderators' search.",
    ("comments", "0015_context"): "An event may concern a post and no comment.",
    ("comments", "0008_copy_keep_address_days"): "The setting moves to another table.",
    ("comments", "0014_rules"): "It adds constraints, and rebuilds tables on SQLite.",
    ("comments", "0009_remove_keep_address_days"): "The setting moves to another table.",
}
# (app, migration): why its RunPython or RunSQL does not affect the previous code.
LOOKED_AT = {
    ("blog", "0009_picture_made"): "It only fills the new column, which that code does not know.",
    ("blog", "0016_fill_names_and_dates"): "It only fills columns which that code does not know.",
    ("comments", "0004_found"): "It creates an empty table that that code does not know.",
    (
        "comments",
        "0017_moderator_mail",
    ): "It only fills a new table.",
    ("comments", "0013_classifier"): "It only indexes and constrains columns that it adds.",
}
HARMLESS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RemoveConstraint,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)


def is_compatible(operation: Operation, before: models.Field | None = None) -> bool:
    """Return True if code that does not know an operation can read and write as before.

    `before` is the field that the operation alters.
    """
    if isinstance(operation, migrations.AddField):
        field = operation.field
        # The previous code does not set a value for it.
        return field.many_to_many or field.null or field.has_db_default()
    if isinstance(operation, migrations.AlterField):
        return before is not None and stored(before) == stored(operation.field)
    return isinstance(operation, HARMLESS)


def stored(field: models.Field) -> tuple[str, tuple, dict]:
    """Return the properties of a field that matter to the database."""
    _name, path, args, options = field.deconstruct()
    known = {key: value for key, value in options.items() if key not in field.non_db_attrs}
    return path, tuple(args), known


def new_operations() -> list[tuple[str, str, Operation, models.Field | None]]:
    loader, found = MigrationLoader(connection), []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in BEFORE or name <= BEFORE[app]:
            continue
        state = loader.project_state((app, name), at_end=False)
        for operation in migration.operations:
            before = None
            if isinstance(operation, migrations.AlterField):
                fields = state.models[app, operation.model_name_lower].fields
                before = fields[operation.name]
            found.append((app, name, operation, before))
            operation.state_forwards(app, state)
    return found


def test_each_migration_is_compatible_with_the_previous_code(db):
    against = [
        f"{app}.{name}: {operation.describe()}"
        for app, name, operation, before in new_operations()
        if (app, name) not in STOP_FIRST | LOOKED_AT and not is_compatible(operation, before)
    ]
    assert against == [], "make it so that it is, or name it in STOP_FIRST and CHANGELOG.md"


TEXT = models.CharField(max_length=9)


@pytest.mark.parametrize(
    ("operation", "fine"),
    [
        (migrations.AddField("post", "note", models.TextField(null=True)), True),
        (migrations.AddField("post", "note", models.TextField(db_default="")), True),
        (migrations.AddField("post", "note", models.TextField(default="")), False),
        (migrations.AlterField("post", "x", models.CharField("a name", max_length=9)), True),
        (migrations.AlterField("post", "x", models.CharField(max_length=8)), False),
        (migrations.RemoveField("post", "x"), False),
        (migrations.RenameField("post", "x", "y"), False),
        (migrations.DeleteModel("post"), False),
        (migrations.RunSQL("DROP TABLE blog_post"), False),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else str(value),
)
def test_the_rule_recognizes_compatible_operations(operation, fine):
    assert is_compatible(operation, TEXT) is fine
