"""The addresses of comments and of the queue."""

from django.urls import path

from comments import queue, views

urlpatterns = [
    path("reviews/<any_slug:slug>/comments/", views.comments, name="comments"),
    path("comments/<int:pk>/", views.permalink, name="comment"),
    path("comments/receipt/<str:token>/", views.receipt, name="receipt"),
    path("privacy/", views.privacy, name="privacy"),
    path("moderation/", queue.queue, name="moderation"),
    path("moderation/act/", queue.act, name="moderation_act"),
    path("moderation/undo/", queue.undo, name="moderation_undo"),
    path("moderation/<int:pk>/", queue.case, name="moderation_case"),
    path("moderation/<int:pk>/edit/", queue.edit, name="moderation_edit"),
    path("moderation/<int:pk>/reply/", queue.reply, name="moderation_reply"),
]
