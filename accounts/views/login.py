"""The login: name and password, then the code where an account has a second factor.

A session counts as logged in only after both steps, so other views need not ask about the second.
"""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, auth, messages
from django.contrib.auth import forms, get_user_model
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.forms import CharField, Form, TextInput
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import two_factor
from accounts.retry_after import retry_sentence, too_many_requests
from accounts.two_factor import PENDING_LOGIN
from blog import context_processors

PENDING_SECONDS = 5 * 60
PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105  (not a password)


@login_required
def after_login(request: HttpRequest) -> HttpResponse:
    """Redirect authors to the admin and moderators to their queue."""
    if request.user.is_staff:
        return redirect("admin:index")
    return redirect("moderation" if request.user.has_perm("comments.moderate") else "home")


def admin_login(request: HttpRequest) -> HttpResponse:
    """Redirect to the site's login; raise PermissionDenied for people who may not enter."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", request.get_full_path()))


class LoginForm(forms.AuthenticationForm):
    """Name and password."""

    def get_invalid_login_error(self) -> ValidationError:
        """Return the same error for a wrong password, an unknown name and an inactive account."""
        if (wait := getattr(self.request, "login_wait", None)) is None:
            return super().get_invalid_login_error()
        why = _("Too many failed logins.")
        way = _("If you can't wait, reset your password by email.")
        return ValidationError(f"{why} {retry_sentence(wait)} {way}")


class LoginView(auth_views.LoginView):
    """Django's login view, followed by the second step where an account has a second factor."""

    form_class = LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Django's view sets `site` to a row of django.contrib.sites; our templates mean the
        # settings of the site.
        return {**super().get_context_data(**kwargs), "site": context_processors.load_site()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except DatabaseError:
            # Do not save a session that was only partly changed.
            key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
            request.session = type(request.session)(key)
        form = LoginForm(request, initial={"username": request.POST.get("username", "")})
        error = _("You can't log in right now. Please try again in a minute.")
        context = self.get_context_data(form=form, error=error)
        return self.render_to_response(context, status=503)

    def form_valid(self, form: forms.AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not two_factor.get_device(user):
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[PENDING_LOGIN] = {
            "user": user.pk,
            "hash": user.get_session_auth_hash(),
            "since": time.time(),
            "next": self.get_success_url(),
        }
        return redirect("login_code")

    def form_invalid(self, form: forms.AuthenticationForm) -> HttpResponse:
        wait = getattr(self.request, "login_wait", None)
        response = super().form_invalid(form)
        return too_many_requests(response, wait) if wait else response


def pending_user(request: HttpRequest) -> Any:
    """Return who gave the right password in this session in the last five minutes, or None."""
    pending = request.session.get(PENDING_LOGIN)
    if not pending or not 0 <= time.time() - pending["since"] < PENDING_SECONDS:
        return None
    user = get_user_model().objects.filter(pk=pending["user"], is_active=True).first()
    if user and constant_time_compare(pending["hash"], user.get_session_auth_hash()):
        return user
    return None


class CodeForm(Form):
    """A code from the app, or a recovery code."""

    code = CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        widget=TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    wait: timedelta | None = None  # how long no code is accepted

    def add_code_error(self, check: two_factor.CodeCheck) -> None:
        """Add an error that says why a code was not accepted."""
        self.wait = check.wait
        if self.wait:
            why = _("Too many wrong codes.")
            self.add_error("code", f"{why} {retry_sentence(self.wait)}")
        else:
            self.add_error("code", _("This code is wrong, expired or already used."))


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class LoginCodeView(FormView):
    """The second step of a login: the code."""

    template_name = "registration/login_code.html"
    form_class = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = pending_user(request)
        if self.user:
            return super().dispatch(request, *args, **kwargs)
        pending = request.session.pop(PENDING_LOGIN, {})
        messages.warning(request, _("Your code entry timed out. Please log in again."))
        return redirect_to_login(pending["next"]) if pending else redirect("login")

    def get_form(self, form_class: Any = None) -> CodeForm:
        form = super().get_form(form_class)
        form.fields["code"].widget.attrs["autofocus"] = True
        return form

    def form_valid(self, form: CodeForm) -> HttpResponse:
        check = two_factor.check_code(self.user, form.cleaned_data["code"])
        if check.is_right:
            pending = self.request.session.pop(PENDING_LOGIN)
            auth.login(self.request, self.user, PASSWORD_BACKEND)
            return redirect(pending["next"])
        form.add_code_error(check)
        response = self.form_invalid(form)
        return too_many_requests(response, form.wait) if form.wait else response
