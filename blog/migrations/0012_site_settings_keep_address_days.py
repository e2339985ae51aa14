import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("blog", "0011_excerpt_and_names")]

    operations = [
        migrations.AddField(
            "sitesettings",
            "keep_address_days",
            models.PositiveSmallIntegerField(
                default=30,
                help_text="The privacy page tells readers this number.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="days to keep IP addresses and browsers' names",
            ),
        ),
    ]
