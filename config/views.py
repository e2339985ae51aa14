"""What belongs to the site as a whole: logging in, and telling whether it is well."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import forms
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from blog import context
from config import tasks


@login_required
def after_login(request: HttpRequest) -> HttpResponse:
    """Sends each to their work: authors to the admin, moderators to the queue."""
    if request.user.is_staff:
        return redirect("admin:index")
    return redirect("moderation" if request.user.has_perm("comments.moderate") else "home")


def admin_login(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The admin has no login of its own; who is logged in and not allowed hears so."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", request.get_full_path()))


class Login(auth.LoginView):
    """The way in, under the site's own name: Django's view puts another `site` in its place."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "site": context.load()}


class MailLater(forms.PasswordResetForm):
    """The mail is the worker's: a slow mail server holds up nobody, nor does its time tell
    which addresses have an account."""

    def save(self, **_options: Any) -> None:
        for user in self.get_users(self.cleaned_data["email"]):
            tasks.mail_password_reset.enqueue(user.pk)


class PasswordReset(auth.PasswordResetView):
    """Asks for the mail; where nothing can be queued now it says so."""

    form_class = MailLater

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except (DatabaseError, RedisError):
            form.add_error(None, _("No mail can be sent just now. Please try again in a minute."))
            return self.form_invalid(form)


@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"web": "ok"})


@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Database, queue and migrations are well too; 503 names what is not."""
    found = {"web": "ok", "database": "ok", "queue": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            found["migrations"] = "some are not applied"
        if not tasks.queue_answers():
            found["queue"] = "does not answer"
    except DatabaseError:
        found["database"] = "does not answer"
    fine = set(found.values()) == {"ok"}
    return JsonResponse(found, status=200 if fine else 503)
