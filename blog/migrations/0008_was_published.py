from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0007_index_due")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="was_published",
            field=models.BooleanField(default=False, editable=False),
        )
        for name in ("page", "post")
    ]
