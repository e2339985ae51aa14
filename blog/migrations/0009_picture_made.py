from django.db import migrations, models


def fill(apps, schema_editor):
    """What pages name of each picture whose renditions are all there."""
    Picture = apps.get_model("blog", "Picture")
    for picture in Picture.objects.filter(renditions__isnull=False).distinct().iterator():
        rows = picture.renditions.order_by("format", "width")
        picture.made = [list(row) for row in rows.values_list("file", "format", "width", "height")]
        picture.save(update_fields=["made"])


class Migration(migrations.Migration):
    dependencies = [("blog", "0008_was_published")]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="made",
            field=models.JSONField(default=list, db_default=[], editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
