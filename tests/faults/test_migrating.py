"""The database is brought up to date while the code of before still serves:
`python -m bench.faults.migrating`.

What docs/hosting.md allows (a column that may be empty or has a default of the database's own, an
index, a table) and, on SQLite, a table written anew.
"""

import sys
import time
from typing import Any

from bench.faults import stand
from bench.faults.crowd import Crowd, counted, longest
from bench.faults.stand import Stand


def run(here: Stand) -> None:
    here.site.start()
    with Crowd(here.site.address, here.slugs, readers=2) as crowd:
        time.sleep(3)
        for name, seconds in changed():
            here.table.note(name, f"{seconds:.2f} s")
            time.sleep(3)
    here.table.expect(
        "senders meanwhile",
        f"{counted(crowd.sent)}; longest {longest(crowd.sent):.1f} s",
        {303} == {one.status for one in crowd.sent},
    )
    here.table.expect(
        "readers meanwhile",
        f"{counted(crowd.read)}; longest {longest(crowd.read):.1f} s",
        {200} == {one.status for one in crowd.read},
    )
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table)
    here.rows.clean(here.table)


def changed() -> Any:
    """Each change of the tables, and the seconds that it took."""
    from django.db import connection, models

    from comments.models import Comment

    def field(name: str, new: Any) -> Any:
        new.set_attributes_from_name(name)
        new.model = Comment
        return new

    def add(name: str, new: Any) -> Any:
        return lambda editor: editor.add_field(Comment, field(name, new))

    body = Comment._meta.get_field("body")
    anew = field("body", models.TextField(max_length=9_000, db_comment="written anew"))
    index = models.Index(fields=["website"], name="fault_index")
    steps = {
        "a column that may be empty": add("fault_note", models.TextField(null=True)),
        "a column with a default": add("fault_count", models.IntegerField(db_default=0)),
        "an index": lambda editor: editor.add_index(Comment, index),
        "the table written anew": lambda editor: (
            editor._remake_table(Comment)
            if connection.vendor == "sqlite"
            else editor.alter_field(Comment, body, anew)
        ),
    }
    for name, step in steps.items():
        start = time.monotonic()
        with connection.schema_editor() as editor:
            step(editor)
        yield name, time.monotonic() - start


if __name__ == "__main__":
    sys.exit(stand.main("migrating", run))
