"""All addresses of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from accounts.views import login, password_reset, two_factor
from blog.views import pages
from operations import views
from operations.status import views as status

admin.site.login = login.admin_login  # type: ignore[method-assign,assignment]

handler404 = "blog.views.not_found.page_not_found"
handler500 = "operations.errors.unavailable.server_error"

urlpatterns = [
    # First what readers ask for: an address is looked for from above.
    path("", include("blog.urls")),
    path("", include("comments.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.LoginCode.as_view(), name="login_code"),
    path("login/second-factor/", two_factor.account, name="account"),
    path("login/done/", login.after_login, name="after_login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/change/", auth.PasswordChangeView.as_view(), name="password_change"),
    path(
        "password/change/done/",
        auth.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    path("password/reset/", password_reset.PasswordReset.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        password_reset.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "password/reset/done/",
        auth.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
    path("admin/status/", status.page, name="status"),
    path("admin/", admin.site.urls),
    # Last: a standing page takes no address that means something else.
    path("<any_slug:slug>/", pages.page, name="page"),
]
