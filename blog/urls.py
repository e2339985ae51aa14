"""The addresses of the reviews."""

from django.urls import path

from blog import feeds, views

urlpatterns = [
    path("", views.home, name="home"),
    path("reviews/<str:slug>/", views.post, name="post"),
    path("feed/", feeds.Posts(), name="feed"),
    path("media/<path:path>", views.media, name="media"),
    path("admin/preview/", views.preview, name="preview"),
]
