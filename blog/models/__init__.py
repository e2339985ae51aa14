"""The reviews: works, posts with their scores and spoiler levels, pages, pictures, the legend."""

from blog.models.legend import Band
from blog.models.page import Page
from blog.models.picture import Encoding, Format, Picture, Rendition
from blog.models.post import Post, SpoilerLevel, next_publication
from blog.models.publishable import BODY_LIMIT
from blog.models.search import SearchEntry
from blog.models.site import SiteSettings, site_settings, update_site
from blog.models.tag import Tag
from blog.models.work import Work, WorkKind
from blog.querysets import published_q
