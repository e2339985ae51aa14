"""Which posts the search index lags behind: for those that are there already, all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0006_times_and_numbers_in_bounds")]
    operations = [
        migrations.AddField(
            model_name="post",
            name="index_due",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(index_due=True), fields=["id"], name="post_index_due"
            ),
        ),
    ]
