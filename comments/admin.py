"""The admin of the settings for comments. Moderators have their own pages, not the admin."""

from django.contrib import admin

from blog.admin import SettingsAdmin
from comments.models import CommentSettings


@admin.register(CommentSettings)
class CommentSettingsAdmin(SettingsAdmin):
    pass
