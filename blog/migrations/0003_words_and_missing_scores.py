"""Posts that are there already: their lengths, and reviews that came out without a score."""

from django.db import migrations

from blog.models.texts import measure


def fill(apps, schema_editor):
    posts = apps.get_model("blog", "Post").objects
    posts.filter(work__isnull=False, score__isnull=True).update(unscored=True)
    for pk, body, verdict in posts.values_list("pk", "body_masked_text", "verdict_text").iterator():
        words, minutes = measure(f"{body} {verdict}")
        posts.filter(pk=pk).update(words=words, reading_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("blog", "0002_pages_renditions_and_choices")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
