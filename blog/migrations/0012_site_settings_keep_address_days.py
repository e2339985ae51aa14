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
                help_text="Shown on the privacy page.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="keep IP addresses and browser details for (days)",
            ),
        ),
    ]
