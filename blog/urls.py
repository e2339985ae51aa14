"""The addresses of the reviews."""

from django.urls import path, register_converter

from blog.views import archive, feeds, home, listings, scores, security_txt, sitemaps
from blog import feedgenerators
from blog.search import index
from blog.images import upload


class Slug:
    """A slug of any script; Django's own converter knows only ASCII."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class FileName(Slug):
    """The name of an uploaded file, with its folder."""

    regex = r"[-\w./]+"


class Year:
    """Four digits, so that each year has one address."""

    regex = "[12][0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class Month(Year):
    """Two digits."""

    regex = "0[1-9]|1[0-2]"

    def to_url(self, value: int) -> str:
        return f"{value:02}"


class Score(Year):
    """A score, without leading zeros."""

    regex = "[0-9]|[1-9][0-9]|100"

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Slug, "any_slug")
register_converter(FileName, "file")
register_converter(Year, "year")
register_converter(Month, "month")
register_converter(Score, "score")

urlpatterns = [
    path("", home.home, name="home"),
    path("reviews/<any_slug:slug>/", home.post, name="post"),
    path("feed/", feeds.posts, {"form": feedgenerators.Rss}, name="feed"),
    path("feed/atom/", feeds.posts, {"form": feedgenerators.Atom}, name="feed_atom"),
    path("tags/<any_slug:slug>/feed/", feeds.tag, {"form": feedgenerators.Rss}, name="tag_feed"),
    path(
        "tags/<any_slug:slug>/feed/atom/",
        feeds.tag,
        {"form": feedgenerators.Atom},
        name="tag_feed_atom",
    ),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<slug:name>-<int:number>.xml", sitemaps.sitemap_file, name="sitemap_file"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("tags/", listings.tags, name="tags"),
    path("tags/<any_slug:slug>/", listings.tag, name="tag"),
    path("works/", listings.works, name="works"),
    path("works/<any_slug:slug>/", listings.work, name="work"),
    path("archive/", archive.archive, name="archive"),
    path("archive/<year:year>/", archive.archive_year, name="archive_year"),
    path("archive/<year:year>/<month:month>/", archive.archive_month, name="archive_month"),
    path("scores/", scores.scores, name="scores"),
    path("scores/<score:lowest>/", scores.band, name="band"),
    path("spoiler-free/", listings.spoiler_free, name="spoiler_free"),
    path("search/", index.search, name="search"),
    path("media/<file:path>", home.media, name="media"),
    path("admin/preview/", home.preview, name="preview"),
    path("admin/upload/", upload.upload, name="upload"),
]
