"""The addresses of logins and passwords."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts.views import email_change, invitations, login, password_reset, two_factor

urlpatterns = [
    path("login/", login.LoginView.as_view(), name="login"),
    path("login/code/", login.LoginCodeView.as_view(), name="login_code"),
    path("login/second-factor/", two_factor.account, name="account"),
    path("login/done/", login.after_login, name="after_login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/change/", auth.PasswordChangeView.as_view(), name="password_change"),
    path(
        "password/change/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"
    ),
    path("password/reset/", password_reset.PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        password_reset.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "password/reset/done/",
        auth.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
    path("account/invitations/", invitations.invitations, name="invitations"),
    path("account/invitations/<int:pk>/", invitations.act, name="invitation_act"),
    path("account/invitation/", invitations.accept, name="accept_invitation"),
    path("account/invitation/<str:token>/", invitations.follow_link, name="invitation_link"),
    path("account/email/", email_change.confirm, name="confirm_email"),
    path("account/email/<str:token>/", email_change.follow_link, name="email_link"),
    # Before `admin.site.urls`, because this login page replaces the admin's own.
    path("admin/login/", login.admin_login),
]
