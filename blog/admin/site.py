"""The site as a whole in the admin: its settings, groups and old addresses."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.contrib.redirects.admin import RedirectAdmin
from django.contrib.redirects.models import Redirect
from django.contrib.sites.models import Site
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from blog.admin.base import SettingsAdmin
from blog.models import SiteSettings, update_site

admin.site.unregister(Group)
# Its one row follows SITE_URL and the site's name (`update_site`): there is nothing to edit.
admin.site.unregister(Site)

# The places stand in the header: the text and its preview need the width.
admin.site.enable_nav_sidebar = False
admin.site.index_title = _("Writing")

admin.site.unregister(Redirect)


@admin.register(Redirect)
class OwnersRedirectAdmin(RedirectAdmin):
    """Addresses from before this site, say. Those that move here move by themselves."""

    list_filter = []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"site": settings.SITE_ID, **super().get_changeform_initial_data(request)}


@admin.register(SiteSettings)
class SiteSettingsAdmin(SettingsAdmin):
    """The site's settings."""

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        update_site(obj.name)


@admin.register(Group)
class PermissionsAdmin(GroupAdmin):
    """Groups: what authors and moderators may do."""

    filter_horizontal = []  # its pairs of lists have marks that no screen reader can name
