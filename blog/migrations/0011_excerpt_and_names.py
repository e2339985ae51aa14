"""Store a short excerpt of each post, and give four fields the names of what they hold."""

from django.db import migrations, models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Substr

EXCERPT_LENGTH = 600  # characters, as `Post.excerpt` had them when this was written


def fill_excerpts(apps, schema_editor):
    """Let the database take the excerpts, so that no text has to be loaded."""
    source = Case(
        When(~Q(summary=""), then=F("summary")),
        When(spoiler_level="major", then=F("verdict_text")),
        default=F("body_masked_text"),
        output_field=models.TextField(),
    )
    apps.get_model("blog", "Post").objects.update(excerpt=Substr(source, 1, EXCERPT_LENGTH))


class Migration(migrations.Migration):
    dependencies = [("blog", "0010_delete_generation")]

    operations = [
        migrations.RenameField("post", "score_words", "score_wording"),
        migrations.RenameField("band", "words", "wording"),
        migrations.RenameField("picture", "made", "rendition_data"),
        migrations.AddField(
            model_name="post",
            name="excerpt",
            field=models.TextField(default="", editable=False),
            preserve_default=False,
        ),
        migrations.RunPython(fill_excerpts, migrations.RunPython.noop),
    ]
