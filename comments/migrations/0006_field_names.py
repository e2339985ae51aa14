"""Give fields plain names, and tell by `claimed_by` which worker is checking a comment.

Indexes and constraints are removed before a field that they name is renamed, and made again after.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("comments", "0005_delete_clock_and_mail_service")]

    operations = [
        migrations.RemoveConstraint("comment", "comment_result_known"),
        migrations.RemoveIndex("comment", "comment_to_report"),
        migrations.RemoveIndex("comment", "comment_with_sent"),
        migrations.RenameField("comment", "told", "reported_result"),
        migrations.RenameField("comment", "sent", "akismet_request"),
        migrations.RenameField("comment", "failure", "check_error"),
        migrations.RenameField("comment", "headers", "akismet_headers"),
        migrations.RenameField("comment", "recheck", "needs_recheck"),
        migrations.RenameField("comment", "attempts", "check_attempts"),
        migrations.AddField(
            "comment",
            "claimed_by",
            models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.RenameModel("SpamService", "SpamServiceState"),
        migrations.AddIndex(
            "comment",
            models.Index(
                fields=["reported_result", "status", "decided_at"], name="comment_to_report"
            ),
        ),
        migrations.AddIndex(
            "comment",
            models.Index(
                condition=Q(akismet_request__isnull=False),
                fields=["created_at"],
                name="comment_with_sent",
            ),
        ),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=Q(result__in=["", "ham", "spam", "blatant"])
                & Q(reported_result__in=["", "ham", "spam", "blatant"]),
                name="comment_result_known",
            ),
        ),
    ]
