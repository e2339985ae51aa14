"""Copy `keep_address_days` to the site's settings: logins are forgotten by it, too."""

from django.db import migrations


def copy_to_site_settings(apps, schema_editor):
    comment_settings = apps.get_model("comments", "CommentSettings").objects.first()
    if comment_settings:
        apps.get_model("blog", "SiteSettings").objects.update_or_create(
            pk=1, defaults={"keep_address_days": comment_settings.keep_address_days}
        )


def copy_to_comment_settings(apps, schema_editor):
    site_settings = apps.get_model("blog", "SiteSettings").objects.first()
    if site_settings:
        apps.get_model("comments", "CommentSettings").objects.update_or_create(
            pk=1, defaults={"keep_address_days": site_settings.keep_address_days}
        )


class Migration(migrations.Migration):

    dependencies = [
        ("blog", "0012_site_settings_keep_address_days"),
        ("comments", "0007_search_index"),
    ]

    operations = [migrations.RunPython(copy_to_site_settings, copy_to_comment_settings)]
