"""What posts and pages share in the admin: drafts, scheduling, and a preview of the whole page."""

import logging
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import DateTimeField, QuerySet, TextField
from django.forms import Field
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from markdownx.models import MarkdownxField

from blog.admin.base import SluggedAdmin
from blog.forms import PublicationField
from blog.widgets import DateTimeWidget, EditorWidget
from core.form_fields import MultilineField

log = logging.getLogger(__name__)


class StateFilter(admin.SimpleListFilter):
    """Filter texts by their state: draft, scheduled or published."""

    title = gettext_lazy("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("draft", _("draft")), ("scheduled", _("scheduled")), ("published", _("published"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        states = {
            "draft": lambda: queryset.filter(published_at=None),
            "scheduled": queryset.scheduled,
            "published": queryset.published,
        }
        chosen = states.get(self.value() or "")
        return chosen() if chosen else queryset


class PublishableAdmin(SluggedAdmin):
    """Base of posts and pages."""

    change_form_template = "admin/blog/publishable/change_form.html"
    formfield_overrides = {
        MarkdownxField: {"widget": EditorWidget, "form_class": MultilineField},
        TextField: {"form_class": MultilineField},
        DateTimeField: {"widget": DateTimeWidget, "form_class": PublicationField},
    }

    @admin.display(description=gettext_lazy("status"), ordering="published_at")
    def state(self, row: Any) -> str:
        if row.is_published:
            return _("published")
        return _("scheduled") if row.is_scheduled else _("draft")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.was_published = type(obj).objects.ever_published().filter(pk=obj.pk).exists()
        super().save_model(request, obj, form, change)
        fields = {"id": obj.pk, "published": obj.is_published, "user": request.user.pk}
        transaction.on_commit(partial(log.info, f"{self.opts.model_name} saved", extra=fields))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the valid initial values in the query, such as `?title=Hail&work=3`."""
        fields = self.get_form(request).base_fields
        initial = super().get_changeform_initial_data(request)
        return {
            name: value
            for name, value in initial.items()
            if name in fields and is_valid_value(fields[name], value)
        }

    def admin_url(self, page: str, *ids: int) -> str:
        """Return the address of a page of this admin: "add", or "change" with the id of a row."""
        return reverse(f"admin:blog_{self.opts.model_name}_{page}", args=ids)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        form_url = self.admin_url("change", obj.pk)
        self.message_user(request, success_message(obj, form_url), messages.SUCCESS)
        if "_continue" in request.POST:
            return redirect(f"{form_url}?{request.GET.urlencode()}" if request.GET else form_url)
        return self.response_post_save_change(request, obj)

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(never_cache(self.preview))
        )
        name = f"blog_{self.opts.model_name}_preview"
        return [
            path("add/preview/", preview, name=name),
            path("<int:pk>/preview/", preview, name=name),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the whole page as the submitted form would make it; nothing is saved.

        Only people who may save it see it. A GET, such as after a login in between, has no form
        and is redirected to the form itself.
        """
        if request.method != "POST":
            message = _("No preview yet. Your text is safe in the other tab. Try again there.")
            self.message_user(request, message, messages.WARNING)
            return redirect(
                self.admin_url("change", pk) if pk is not None else self.admin_url("add")
            )
        stored = self.get_object(request, str(pk)) if pk is not None else None
        if pk is not None and stored is None:
            raise Http404
        if not self.has_change_permission(request, stored):
            raise PermissionDenied
        data = request.POST.copy()
        data["_preview"] = ""
        form = self.get_form(request, stored)(data, request.FILES, instance=stored)
        if form.is_valid():
            context = {self.opts.model_name: self.build_preview(request, form), "is_unsaved": True}
            page = f"blog/{self.opts.model_name}.html"
            return render(request, page, {**context, "is_preview": True})
        context = {**self.admin_site.each_context(request), "form": form}
        context["title"] = _("No preview yet")
        return render(request, "admin/blog/publishable/no_preview.html", context, status=400)

    def build_preview(self, request: HttpRequest, form: Any) -> Any:
        """Return the row that a valid form describes, rendered and not saved."""
        row = form.save(commit=False)
        row.published_at = form.preview_published_at
        row.render()
        return row


def is_valid_value(field: Field, value: Any) -> bool:
    """Return True if a form field accepts a value."""
    try:
        field.clean(value)
    except (ValidationError, OverflowError):  # SQLite knows no number above 2**63
        return False
    return True


def success_message(row: Any, form_url: str) -> str:
    """Return a sentence (HTML) about the state of a saved text. `form_url` leads to its form."""
    named = {"title": format_html('<a href="{}">{}</a>', form_url, row)}
    if row.is_published:
        sentence = _('“{title}” is published. <a href="{address}">View it on the site</a>.')
        return format_html(sentence, address=row.get_absolute_url(), **named)
    if row.is_scheduled:
        time = date_format(timezone.localtime(row.published_at), "DATETIME_FORMAT")
        return format_html(_("“{title}” is scheduled for {time}."), time=time, **named)
    return format_html(_("“{title}” was saved as a draft."), **named)
