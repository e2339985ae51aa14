"""Fill the new columns: the keys of names, and when readers last saw a text change."""

from django.db import migrations
from django.db.models import F

from core.text import sort_key


def fill(apps, schema_editor):
    for model, name in (("Tag", "name"), ("Work", "title")):
        rows = apps.get_model("blog", model).objects
        for row in rows.only("pk", name):
            rows.filter(pk=row.pk).update(sort_key=sort_key(getattr(row, name)).encode()[:300])
    for model in ("Post", "Page"):
        apps.get_model("blog", model).objects.update(revised_at=F("updated_at"))


class Migration(migrations.Migration):

    dependencies = [("blog", "0015_verdict_names_and_dates")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
