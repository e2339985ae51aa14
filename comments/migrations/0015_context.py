"""Notes about people, readers' reports, locked, pinned and moved threads, kinds of acts."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


KINDS = {"approved": "approve", "spam": "spam", "trash": "trash", "pending": "hold"}


def fill_kinds(apps, schema_editor):
    """Tell of older events what kind of act they record; restored and undone look like others."""
    events = apps.get_model("comments", "Event").objects.filter(kind="")
    events.filter(status_from="").update(kind="submit")
    events.filter(status_from=models.F("status_to")).update(kind="edit")
    events.filter(by=None).update(kind="automatic")
    for status, kind in KINDS.items():
        events.filter(status_to=status).update(kind=kind)


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0017_picture_encoding'),
        ('comments', '0014_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(help_text='The e-mail address, folded.', max_length=254)),
                ('text', models.TextField(max_length=1000, verbose_name='note')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(help_text="A keyed hash of the sender's address.", max_length=64)),
                ('reason', models.CharField(choices=[('spam', 'Spam or advertising'), ('abuse', 'Insulting or hateful'), ('spoiler', 'An unmarked spoiler'), ('other', 'Something else')], max_length=10, verbose_name='reason')),
                ('words', models.TextField(blank=True, max_length=500, verbose_name='what is wrong')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('act', models.UUIDField(help_text='The moderation action that closed it.', null=True)),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
            },
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_status_known',
        ),
        migrations.RemoveIndex(
            model_name='comment',
            name='comment_by_post',
        ),
        migrations.AddField(
            model_name='comment',
            name='is_locked',
            field=models.BooleanField(db_default=False, default=False, help_text='Nobody may reply in the thread.'),
        ),
        migrations.AddField(
            model_name='comment',
            name='is_pinned',
            field=models.BooleanField(db_default=False, default=False, help_text='Shown first below its post.'),
        ),
        migrations.AddField(
            model_name='comment',
            name='moved_from',
            field=models.ForeignKey(help_text='The post that it was sent to, if its thread was moved; feeds name it by that.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='blog.post'),
        ),
        migrations.AddField(
            model_name='commentsettings',
            name='hide_after_reports',
            field=models.PositiveSmallIntegerField(blank=True, help_text="So many readers' reports hide it until a moderator looks. Leave empty to hide nothing.", null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='hide a comment after (reports)'),
        ),
        migrations.AddField(
            model_name='commentsettings',
            name='keep_report_days',
            field=models.PositiveSmallIntegerField(db_default=30, default=30, help_text='Shown on the privacy page.', validators=[django.core.validators.MinValueValidator(1)], verbose_name="keep readers' reports for (days)"),
        ),
        migrations.AddField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('submit', 'submitted'), ('automatic', 'sorted automatically'), ('approve', 'approved'), ('spam', 'marked as spam'), ('trash', 'moved to Trash'), ('hold', 'moved to Pending'), ('restore', 'restored'), ('undo', 'undone'), ('edit', 'edited'), ('lock', 'thread locked'), ('unlock', 'thread unlocked'), ('pin', 'pinned'), ('unpin', 'unpinned'), ('move', 'thread moved'), ('close', 'conversation closed'), ('open', 'conversation opened'), ('dismiss', 'reports dismissed')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='event',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='blog.post'),
        ),
        migrations.AlterField(
            model_name='event',
            name='comment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='comments.comment'),
        ),
        migrations.AlterField(
            model_name='event',
            name='status_to',
            field=models.CharField(blank=True, choices=[('checking', 'checking'), ('pending', 'pending'), ('approved', 'approved'), ('spam', 'spam'), ('trash', 'trash')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['post', 'status', 'thread', 'id', 'is_pinned'], name='comment_of_post'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at', 'by', 'act', 'kind'], name='event_by_time'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_locked', False), ('is_pinned', False)), ('parent__isnull', True), _connector='OR'), name='comment_thread_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(condition=models.Q(('is_pinned', True)), fields=('post',), name='comment_pinned_once_a_post'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('comment__isnull', False), ('status_to__in', ['checking', 'pending', 'approved', 'spam', 'trash'])), models.Q(('comment__isnull', True), ('post__isnull', False), ('status_to', '')), _connector='OR'), name='event_of_comment_or_post'),
        ),
        migrations.AddField(
            model_name='personnote',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='report',
            name='comment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='comments.comment'),
        ),
        migrations.AddIndex(
            model_name='personnote',
            index=models.Index(fields=['person', 'at'], name='note_by_person'),
        ),
        migrations.AddConstraint(
            model_name='personnote',
            constraint=models.CheckConstraint(condition=models.Q(('person', ''), _negated=True), name='note_about_somebody'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['act', 'comment'], name='report_by_act'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['person', 'at'], name='report_by_person'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['at'], name='report_by_time'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('comment', 'person'), name='report_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['spam', 'abuse', 'spoiler', 'other'])), name='report_reason_known'),
        ),
        migrations.RunPython(fill_kinds, migrations.RunPython.noop),
    ]
