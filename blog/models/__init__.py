"""The reviews: works, posts with their scores and spoiler levels, pages, pictures, the legend."""

from blog.models.pictures import Format, Picture, Rendition
from blog.models.posts import Post, SpoilerLevel
from blog.models.site import Generation, SiteSettings
from blog.models.standing import Page
from blog.models.texts import BODY_LIMIT, is_out, render_body, renderer
from blog.models.works import Band, Kind, Tag, Work

__all__ = [
    "BODY_LIMIT",
    "Band",
    "Format",
    "Generation",
    "Kind",
    "Page",
    "Picture",
    "Post",
    "Rendition",
    "SiteSettings",
    "SpoilerLevel",
    "Tag",
    "Work",
    "is_out",
    "render_body",
    "renderer",
]
