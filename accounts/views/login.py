"""The way in: name and password, then the code where an account has a second factor. A session is
logged in only when both were right, so no view has to ask how far somebody got."""

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
from accounts.retry_after import in_time, slowed
from accounts.two_factor import HALF_WAY
from blog import context_processors

HALF_WAY_SECONDS = 5 * 60


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


class LoginForm(forms.AuthenticationForm):
    """Name and password."""

    def get_invalid_login_error(self) -> ValidationError:
        """The same for a wrong password, an unknown name and an account that is shut."""
        if (wait := getattr(self.request, "login_wait", None)) is None:
            return super().get_invalid_login_error()
        why = _("There were too many logins with a wrong name or password.")
        way = _("If you can't wait, set a new password by mail.")
        return ValidationError(f"{why} {in_time(wait)} {way}")


class Login(auth_views.LoginView):
    """The way in, under the site's own name: Django's view puts another `site` in its place."""

    form_class = LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "site": context_processors.load()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except DatabaseError:
            # What is half done in the session must not be saved with the answer.
            key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
            request.session = type(request.session)(key)
        form = LoginForm(request, initial={"username": request.POST.get("username", "")})
        trouble = _("Nobody can be logged in just now. Please try again in a minute.")
        page = self.get_context_data(form=form, trouble=trouble)
        return self.render_to_response(page, status=503)

    def form_valid(self, form: forms.AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not two_factor.device_of(user):
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[HALF_WAY] = {
            "user": user.pk,
            "hash": user.get_session_auth_hash(),
            "since": time.time(),
            "next": self.get_success_url(),
        }
        return redirect("login_code")

    def form_invalid(self, form: forms.AuthenticationForm) -> HttpResponse:
        wait = getattr(self.request, "login_wait", None)
        response = super().form_invalid(form)
        return slowed(response, wait) if wait else response


def half_way(request: HttpRequest) -> Any:
    """Who has given the password in this session, minutes ago, and not yet the code; or None."""
    begun = request.session.get(HALF_WAY)
    if not begun or not 0 <= time.time() - begun["since"] < HALF_WAY_SECONDS:
        return None
    user = get_user_model().objects.filter(pk=begun["user"], is_active=True).first()
    if user and constant_time_compare(begun["hash"], user.get_session_auth_hash()):
        return user
    return None


class CodeForm(Form):
    """A code from the app, or a recovery code."""

    code = CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        widget=TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    wait: timedelta | None = None  # how long none is heard

    def refuse(self, checked: two_factor.Checked) -> None:
        """Says why a code was not taken."""
        self.wait = checked.wait
        if self.wait:
            why = _("There were too many wrong codes.")
            self.add_error("code", f"{why} {in_time(self.wait)}")
        else:
            self.add_error("code", _("This code is wrong, too old, or was used before."))


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class LoginCode(FormView):
    """The second step: the code."""

    template_name = "registration/login_code.html"
    form_class = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = half_way(request)
        if self.user:
            return super().dispatch(request, *args, **kwargs)
        begun = request.session.pop(HALF_WAY, {})
        messages.warning(request, _("Please log in anew: the time to type the code is over."))
        return redirect_to_login(begun["next"]) if begun else redirect("login")

    def get_form(self, form_class: Any = None) -> CodeForm:
        form = super().get_form(form_class)
        form.fields["code"].widget.attrs["autofocus"] = True
        return form

    def form_valid(self, form: CodeForm) -> HttpResponse:
        checked = two_factor.check(self.user, form.cleaned_data["code"])
        if checked.right:
            begun = self.request.session.pop(HALF_WAY)
            auth.login(self.request, self.user, settings.AUTHENTICATION_BACKENDS[-1])
            return redirect(begun["next"])
        form.refuse(checked)
        response = self.form_invalid(form)
        return slowed(response, form.wait) if form.wait else response
