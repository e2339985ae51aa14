"""The admin: authors write in it, and the owner sets up the site."""

from blog.admin.base import PublicModelAdmin, SettingsAdmin
from blog.admin.pages import PageAdmin
from blog.admin.pictures import PictureAdmin
from blog.admin.posts import PostAdmin
from blog.admin.site import SiteSettingsAdmin
from blog.admin.works import BandAdmin, TagAdmin, WorkAdmin

__all__ = [
    "BandAdmin",
    "PageAdmin",
    "PictureAdmin",
    "PostAdmin",
    "PublicModelAdmin",
    "SettingsAdmin",
    "SiteSettingsAdmin",
    "TagAdmin",
    "WorkAdmin",
]
