"""Edit conflicts: a save that would undo another one is refused, once."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _


def conflict_message(form: Any) -> str:
    """Return a message (HTML) if the row of a form was saved since the form was opened, else "".

    The form's field `version` is then no longer the row's `updated_at`. The refused form carries
    the new version: submitted once more, it overwrites. The row stays locked until the end of the
    transaction, so that nobody saves it in between.
    """
    rows = type(form.instance).objects.select_for_update().filter(pk=form.instance.pk)
    changed_at = rows.values_list("updated_at", flat=True).first()
    version = form.data.get("version")
    if changed_at is None or version in (None, changed_at.isoformat()):
        return ""
    # The same form, submitted twice, undoes nothing.
    if changed_at == form.instance.updated_at and not form.has_changed():
        return ""
    return describe_conflict(form.instance, changed_at)


def describe_conflict(row: Any, changed_at: datetime) -> str:
    """Return when a row was saved and what to do, with a link to what is stored (HTML)."""
    message = _(
        "This was changed on %(time)s after you opened it. Your version below isn't saved yet. "
        "Save again to overwrite the other one."
    ) % {"time": date_format(timezone.localtime(changed_at), "DATETIME_FORMAT")}
    address = reverse(f"admin:blog_{row._meta.model_name}_change", args=[row.pk])
    link = '{} <a href="{}" target="_blank" rel="noopener">{}</a>'
    return format_html(link, message, address, _("Open the saved version (in a new tab)"))
