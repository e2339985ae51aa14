"""The owner's rules for comments. Comments themselves are decided about in the queue."""

from django.contrib import admin

from blog.admin import SettingsAdmin
from comments.models import CommentSettings


@admin.register(CommentSettings)
class CommentSettingsAdmin(SettingsAdmin):
    pass
