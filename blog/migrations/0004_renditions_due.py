"""When the worker makes a picture's renditions; for pictures that are there already, now."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0003_words_and_missing_scores")]
    operations = [
        migrations.AddField(
            model_name="picture",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="picture",
            name="renditions_due_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, null=True
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(
                condition=models.Q(renditions_due_at__isnull=False),
                fields=["renditions_due_at"],
                name="picture_due",
            ),
        ),
    ]
