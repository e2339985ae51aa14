"""The addresses of the reviews."""

from django.urls import path, register_converter

from blog import converters
from blog.images import upload
from blog.models import next_publication
from blog.views import (
    archive,
    feeds,
    home,
    listings,
    media,
    preview,
    scores,
    search,
    security_txt,
    sitemaps,
)
from pagecache.decorators import public_page

register_converter(converters.Slug, "any_slug")
register_converter(converters.FileName, "file")
register_converter(converters.Year, "year")
register_converter(converters.Month, "month")
register_converter(converters.Score, "score")

feed_page = public_page(expires=next_publication)

urlpatterns = [
    path("", home.home, name="home"),
    path("feed/", feed_page(feeds.PostFeed()), name="feed"),
    path("feed/atom/", feed_page(feeds.AtomPostFeed()), name="feed_atom"),
    path("tags/<any_slug:slug>/feed/", feed_page(feeds.TagFeed()), name="tag_feed"),
    path("tags/<any_slug:slug>/feed/atom/", feed_page(feeds.AtomTagFeed()), name="tag_feed_atom"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap_section, name="sitemap_section"),
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
    path("search/", search.search, name="search"),
    path("media/<file:path>", media.media, name="media"),
    path("admin/preview/", preview.preview, name="preview"),
    path("admin/upload/", upload.upload, name="upload"),
]
