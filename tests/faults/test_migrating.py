"""The database is migrated while processes with the code from before still serve the site.

The steps are those that docs/hosting.md allows in a migration.
"""

import time

import pytest

from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import Traffic, statuses

pytestmark = pytest.mark.slow

STEP = """
import copy
from django.db import connection, models
from comments.models import Comment

def named(name, field):
    field.set_attributes_from_name(name)
    field.model = Comment
    return field

website = Comment._meta.get_field("website")
optional = copy.copy(website)
optional.null = True
with connection.schema_editor() as editor:
    editor.{}
"""
STEPS = {
    "a column that may be empty": (
        'add_field(Comment, named("fault_note", models.TextField(null=True)))'
    ),
    "a column with a default of the database": (
        'add_field(Comment, named("fault_count", models.IntegerField(db_default=0)))'
    ),
    "an index": 'add_index(Comment, models.Index(fields=["website"], name="fault_index"))',
    "a changed column (SQLite copies the table)": "alter_field(Comment, website, optional)",
}


def test_nobody_notices_a_migration(site: FaultSite) -> None:
    site.start()
    with Traffic(site.url, SLUGS, readers=2) as traffic:
        time.sleep(3)
        for step in STEPS.values():
            site.cluster.manage("shell", "-v0", "-c", STEP.format(step))
            time.sleep(3)
    assert set(statuses(traffic.sent)) == {303}
    assert set(statuses(traffic.read)) == {200}
    site.assert_comments_are_intact(traffic.accepted)
    site.assert_database_is_intact()
