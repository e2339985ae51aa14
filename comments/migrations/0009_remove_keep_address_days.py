from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("comments", "0008_copy_keep_address_days")]

    operations = [migrations.RemoveField("commentsettings", "keep_address_days")]
