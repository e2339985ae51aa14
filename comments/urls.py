"""The addresses of comments and of the queue."""

from django.urls import path

from blog.feedgenerators import Atom, Rss
from comments import feeds, queue, views

urlpatterns = [
    path("reviews/<any_slug:slug>/comments/", views.comments, name="comments"),
    path("comments/<int:pk>/", views.permalink, name="comment"),
    path("comments/receipt/<str:token>/", views.receipt, name="receipt"),
    path("comments/feed/", feeds.everywhere, {"form": Rss}, name="comments_feed"),
    path("comments/feed/atom/", feeds.everywhere, {"form": Atom}, name="comments_feed_atom"),
    path("reviews/<any_slug:slug>/feed/", feeds.below, {"form": Rss}, name="post_feed"),
    path("reviews/<any_slug:slug>/feed/atom/", feeds.below, {"form": Atom}, name="post_feed_atom"),
    path("privacy/", views.privacy, name="privacy"),
    path("moderation/", queue.queue, name="moderation"),
    path("moderation/act/", queue.act, name="moderation_act"),
    path("moderation/undo/", queue.undo, name="moderation_undo"),
    path("moderation/<int:pk>/", queue.case, name="moderation_case"),
    path("moderation/<int:pk>/edit/", queue.edit, name="moderation_edit"),
    path("moderation/<int:pk>/reply/", queue.reply, name="moderation_reply"),
]
