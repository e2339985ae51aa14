"""The addresses of the reviews."""

from django.urls import path, register_converter

from blog import feeds, views


class Slug:
    """A slug of any script; Django's own converter knows only ASCII."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class FileName(Slug):
    """The name of an uploaded file, with its folder."""

    regex = r"[-\w./]+"


register_converter(Slug, "any_slug")
register_converter(FileName, "file")

urlpatterns = [
    path("", views.home, name="home"),
    path("reviews/<any_slug:slug>/", views.post, name="post"),
    path("feed/", feeds.Posts(), name="feed"),
    path("media/<file:path>", views.media, name="media"),
    path("admin/preview/", views.preview, name="preview"),
]
