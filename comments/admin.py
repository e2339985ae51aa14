"""The settings for comments in the admin, and the comments of each post in its list."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.admin import PostAdmin, SettingsAdmin
from blog.models import Post
from comments.models import Comment, CommentSettings, Status

admin.site.unregister(Post)


def rules_link() -> str:
    """Return a link to the words and addresses, for the form of the settings."""
    return format_html('<a href="{}">{}</a>', reverse("rules"), _("Rules: words and addresses"))


@admin.register(Post)
class CommentedPostAdmin(PostAdmin):
    """Posts, with the number of their comments in the list."""

    list_display = [*PostAdmin.list_display[:6], "conversation", *PostAdmin.list_display[6:]]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        posts = super().get_queryset(request)
        return posts.annotate(
            approved=comment_count(Status.APPROVED), waiting=comment_count(Status.PENDING)
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(self.list_display)
        if request.user.has_perm("comments.moderate"):
            columns[columns.index("conversation")] = "moderated_conversation"
        return columns

    @admin.display(description=_("comments"), ordering="-approved")
    def conversation(self, post: Any) -> str:
        """Return how many comments readers see, and how many wait for a moderator."""
        if not post.waiting:
            return str(post.approved)
        waiting = ngettext("%(n)d pending", "%(n)d pending", post.waiting) % {"n": post.waiting}
        return f"{post.approved} ({waiting})"

    @admin.display(description=_("comments"), ordering="-approved")
    def moderated_conversation(self, post: Any) -> str:
        """Return the same for moderators, with a link to the queue if comments wait."""
        if not post.waiting:
            return self.conversation(post)
        return format_html('<a href="{}">{}</a>', reverse("moderation"), self.conversation(post))


@admin.register(CommentSettings)
class CommentSettingsAdmin(SettingsAdmin):
    """The settings for comments. Words and addresses are on the page of the rules."""

    fieldsets = [
        (
            _("The form"),
            {"fields": ["require_name_email", "ask_website", "flood_seconds", "close_after_days"]},
        ),
        (_("The conversation"), {"fields": ["depth", "threads_per_page", "newest_first"]}),
        (
            _("What holds a comment"),
            {"fields": ["hold_links"], "description": lazy(rules_link, str)()},
        ),
        (
            "Akismet",
            {
                "fields": [
                    "blatant_spam_to",
                    "keep_trying_days",
                    "send_name",
                    "send_email",
                    "send_website",
                    "send_browser",
                    "send_referrer",
                ]
            },
        ),
        (
            _("How long data is kept"),
            {"fields": ["keep_spam_days", "keep_trash_days", "keep_sent_days"]},
        ),
    ]


def comment_count(status: Status) -> Coalesce:
    """Return an expression for the number of comments of a post that have a status."""
    comments = Comment.objects.filter(post=OuterRef("pk"), status=status).order_by()
    counts = comments.values("post").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
