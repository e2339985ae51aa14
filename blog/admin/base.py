"""The base classes of the admin: every change is shown to readers at once."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from blog.publishing import redirects
from pagecache.version import invalidate_pages


class PublicModelAdmin(admin.ModelAdmin):
    """Base of everything that readers can see: a change invalidates the cached pages."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        try:
            return super().changelist_view(request, {"title": title, **(extra_context or {})})
        except OverflowError as error:  # a number in the query that no column can hold
            raise BadRequest from error

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        invalidate_pages()  # the admin saves in one transaction, and this comes last in it

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        invalidate_pages()

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        invalidate_pages()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Leave out the rows that nobody has ever seen, such as those that join posts and tags."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        known = {str(model._meta.verbose_name_plural) for model in known_models(self.model)}
        counts = {name: count for name, count in counts.items() if str(name) in known}
        return without_inner_rows(deleted), counts, lacking, protected


def without_inner_rows(deleted: list[Any]) -> list[Any]:
    """Return Django's nested list of what is deleted, without rows that have no page in the admin.

    Those are plain text; the others are HTML with a link.
    """
    kept: list[Any] = []
    for item in deleted:
        if isinstance(item, SafeString):
            kept.append(item)
        elif isinstance(item, list) and (rows := without_inner_rows(item)):
            kept.append(rows)
    return kept


def known_models(model: type[Model]) -> list[type[Model]]:
    """Return the models that people know of: those in the admin, and what other apps add to rows.

    These are, for example, the comments of a post, but not its entry in the search index.
    """
    related = (relation.related_model for relation in model._meta.related_objects)
    added = [
        other
        for other in related
        if not other._meta.auto_created and other._meta.app_label != model._meta.app_label
    ]
    return [*filter(admin.site.is_registered, apps.get_models()), *added]


class SluggedAdmin(PublicModelAdmin):
    """Base of what has an address with a slug: a changed address redirects to the new one."""

    prepopulated_fields = {"slug": ["title"]}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # Somebody took the address between validation and saving: now the form says so.
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        old_path = redirects.public_path(obj) if change else ""
        super().save_model(request, obj, form, change)
        redirects.record_move(old_path, redirects.public_path(obj))

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        redirects.forget([obj])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        redirects.forget(queryset)
        super().delete_queryset(request, queryset)


class SettingsAdmin(PublicModelAdmin):
    """Base of the settings with one row, which can only be changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        # There is one row only: Django's sentence would name it twice.
        sentence = _("%(settings)s saved.") % {"settings": capfirst(self.opts.verbose_name)}
        self.message_user(request, sentence, messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_view_or_change_permission(request):
            self.model.objects.get_or_create(pk=1)
        return self.changeform_view(request, "1")
