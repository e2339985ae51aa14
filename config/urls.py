"""All addresses of the site. The first pattern that matches wins."""

from django.contrib import admin
from django.urls import include, path

from blog.views import pages

handler404 = "blog.views.not_found.page_not_found"
handler500 = "operations.errors.unavailable.server_error"

urlpatterns = [
    path("", include("blog.urls")),
    path("", include("comments.urls")),
    # Before the admin, because both have addresses below /admin/.
    path("", include("accounts.urls")),
    path("", include("operations.urls")),
    path("admin/", admin.site.urls),
    # Last, so that a page can't take an address that is in use.
    path("<any_slug:slug>/", pages.page, name="page"),
]
