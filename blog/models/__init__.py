"""The reviews: works, posts with their scores and spoiler levels, pages, pictures, the legend."""

from blog.models.page import Page
from blog.models.picture import Format, Picture, Rendition
from blog.models.post import Post, SpoilerLevel
from blog.models.publishable import BODY_LIMIT, published_q, render_body, renderer_version
from blog.models.search import SearchEntry
from blog.models.site import SiteSettings, update_site
from blog.models.work import Band, Kind, Tag, Work

__all__ = [
    "BODY_LIMIT",
    "Band",
    "Format",
    "Kind",
    "Page",
    "Picture",
    "Post",
    "Rendition",
    "SearchEntry",
    "SiteSettings",
    "SpoilerLevel",
    "Tag",
    "Work",
    "published_q",
    "render_body",
    "renderer_version",
    "update_site",
]
