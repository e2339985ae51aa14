"""What people choose in *Your account*."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Preferences
from pagecache.version import invalidate_pages


class NameForm(ModelForm):
    """The name that readers see above reviews and comments."""

    class Meta:
        model = User
        fields = ["first_name", "last_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"


@transaction.atomic
def save_name(form: NameForm) -> None:
    """Save a valid form; bylines change at once. Nothing else of the account is written."""
    form.instance.save(update_fields=form.Meta.fields)
    invalidate_pages()


def set_shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the keyboard shortcuts of the moderation queue on or off."""
    are_on = request.POST.get("shortcuts") == "on"
    user = cast("User", request.user)  # the page requires a login
    Preferences.objects.update_or_create(user=user, defaults={"shortcuts": are_on})
    messages.success(
        request, _("Keyboard shortcuts are on.") if are_on else _("Keyboard shortcuts are off.")
    )
    return redirect("account")
