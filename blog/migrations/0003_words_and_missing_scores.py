"""Posts that are there already: their lengths, and reviews that came out without a score."""

import math
import re

from django.db import migrations

UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def count_words(text):
    """As `blog.rendering.count_words` did it when this was written."""
    spaced = UNSPACED.sub(" ", text).split()
    words = sum(any(map(str.isalnum, word)) for word in spaced) + len(UNSPACED.findall(text)) // 2
    return words, math.ceil(words / 230)


def fill(apps, schema_editor):
    posts = apps.get_model("blog", "Post").objects
    posts.filter(work__isnull=False, score__isnull=True).update(unscored=True)
    for pk, body, verdict in posts.values_list("pk", "body_masked_text", "verdict_text").iterator():
        words, minutes = count_words(f"{body} {verdict}")
        posts.filter(pk=pk).update(words=words, reading_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("blog", "0002_pages_renditions_and_choices")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
