"""Users in the admin. It hides the secrets of the second factor, which only their owners see."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import forms, get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.owners import leaves_no_owner
from blog.admin import PublicModelAdmin

OWNERS_FLAGS = ("is_active", "is_staff", "is_superuser")

admin.site.unregister([StaticDevice, TOTPDevice, get_user_model()])


def last_owner_sentence() -> str:
    """Return why the last owner stays, and what to do."""
    return _("This is the site's only owner. First make somebody else a superuser.")


class PersonForm(forms.UserChangeForm):
    """Django's form; the last owner keeps the flags that make an owner."""

    def clean(self) -> dict[str, Any]:
        """Refuse to take a flag from the last owner. The admin saves in the same transaction."""
        values: dict[str, Any] = super().clean() or {}
        taken = [name for name in OWNERS_FLAGS if name in values and not values[name]]
        if taken and leaves_no_owner([self.instance]):
            for name in taken:
                self.add_error(name, last_owner_sentence())
        return values


class PersonPasswordForm(forms.AdminPasswordChangeForm):
    """Django's form; the last owner's password is changed, but never switched off."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values["set_usable_password"]:
            with transaction.atomic():
                is_last = leaves_no_owner([self.user])
            if is_last:
                self.add_error("usable_password", last_owner_sentence())
        return values


@admin.register(get_user_model())
class PersonAdmin(PublicModelAdmin, UserAdmin):
    """Users: their names stand above their posts."""

    form = PersonForm
    change_password_form = PersonPasswordForm
    filter_horizontal = []  # its pairs of lists have marks that no screen reader can name

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with transaction.atomic():  # deletes after it has asked whether an owner stays
            return super().changelist_view(request, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Add the last owner to what is protected: the admin then says so and deletes nothing."""
        people = list(objs)
        deleted, counts, lacking, protected = super().get_deleted_objects(people, request)
        with transaction.atomic():
            if leaves_no_owner(people):
                protected = [last_owner_sentence(), *protected]
        return deleted, counts, lacking, protected
