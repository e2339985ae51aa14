"""Take over what earlier versions stored: known logins of django-axes, and queued tasks."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AXES_TABLES = (
    "axes_accessattemptexpiration",  # refers to the next one
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
)
COPY_KNOWN_LOGINS = """
    INSERT INTO accounts_knownlogin (username, ip_address, last_at)
    SELECT username, ip_address, MAX(attempt_time) FROM axes_accesslog
    WHERE username IS NOT NULL AND ip_address IS NOT NULL
    GROUP BY username, ip_address
"""


def replace_axes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        tables = schema_editor.connection.introspection.table_names(cursor)
    if "axes_accesslog" in tables:
        schema_editor.execute(COPY_KNOWN_LOGINS)
    for table in AXES_TABLES:
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}")


def update_queued_tasks(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    waiting = apps.get_model("django_tasks_database", "DBTaskResult").objects.filter(status="READY")
    # The worker looks for due comments itself; nothing has to wake it any more.
    waiting.filter(task_path="comments.tasks.check_due").delete()
    waiting.filter(task_path="config.tasks.mail_password_reset").update(
        task_path="accounts.tasks.send_password_reset_mail"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        migrations.RunPython(replace_axes, migrations.RunPython.noop),
        migrations.RunPython(update_queued_tasks, migrations.RunPython.noop),
    ]
