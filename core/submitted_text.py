"""Text that was sent in a form and can't be taken: it goes back to its sender."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import CharField, TextField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from core.request_origin import Origin, origin_of

# The text fields of the forms outside the admin, with their labels.
LABELS = {
    "body": gettext_lazy("Comment"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "website": gettext_lazy("Website"),
    "patterns": gettext_lazy("Words and addresses"),
    "note": gettext_lazy("Note"),
    "words": gettext_lazy("Anything to add?"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
}

View = Callable[..., HttpResponse]


@never_cache
def logged_out(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer a form whose sender is no longer logged in; after the login comes `page`."""
    context = {"submitted": submitted_texts(request), "page": page or request.get_full_path()}
    return render(request, "403_logged_out.html", context, status=403)


def login_required_for_form(page: Callable[..., str]) -> Callable[[View], View]:
    """Require a login, and give back what was typed if it has expired.

    `page` returns the address of the page with the form, for the arguments of the view: the
    addresses that forms are sent to have no page of their own.
    """

    def decorate(view: View) -> View:
        checked = login_required(view)

        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated:
                return logged_out(request, page(*args, **kwargs))
            if request.user.is_authenticated:
                request.session.modified = True  # people who work here stay logged in
            return checked(request, *args, **kwargs)

        return wrapper

    return decorate


def submitted_texts(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return name, label, text of what this site's forms sent in text fields; no passwords."""
    if request.method != "POST" or origin_of(request) is Origin.CROSS_SITE:
        return []
    return [
        (name, str(label), text)
        for name, label in text_fields(request).items()
        if (text := request.POST.get(name, ""))
    ]


def text_fields(request: HttpRequest) -> dict[str, Any]:
    """Return the labels of the text fields of the form that was sent, by their names."""
    model_admin = model_admin_of(request)
    if model_admin is None:
        return LABELS
    return {
        field.name: field.verbose_name
        for field in model_admin.opts.get_fields()
        if isinstance(field, CharField | TextField) and field.editable and not field.choices
        if "password" not in field.name
    }


def model_admin_of(request: HttpRequest) -> Any:
    """Return the model admin whose form was requested, or None for any other page."""
    return getattr(getattr(request.resolver_match, "func", None), "model_admin", None)
