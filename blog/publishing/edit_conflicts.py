"""Two tabs, or two authors: a save that would undo another one is refused, once."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _


def refusal(form: Any) -> str:
    """What is to be said (HTML) where the row of a form was saved since the form was opened: its
    field `version` is not the row's `updated_at` any more. "" where it may be saved.

    The refused form carries the new time: sent once more, it overwrites. The row stays locked
    until the transaction ends, so that nobody saves in between.
    """
    rows = form._meta.model.objects.select_for_update().filter(pk=form.instance.pk)
    changed_at = rows.values_list("updated_at", flat=True).first()
    version = form.data.get("version")
    if changed_at is None or version in (None, changed_at.isoformat()):
        return ""
    # The same form, sent twice, undoes nothing.
    if changed_at == form.instance.updated_at and not form.has_changed():
        return ""
    return sentence(form.instance, changed_at)


def sentence(row: Any, changed_at: datetime) -> str:
    """When it was saved, what to do, and a link to what is stored (HTML)."""
    told = _(
        "Somebody saved this on %(time)s, after you opened it: in another tab, perhaps. What you "
        "typed stands below and is not saved yet. Save once more to put it in place of theirs."
    ) % {"time": date_format(timezone.localtime(changed_at), "DATETIME_FORMAT")}
    stored = reverse(f"admin:blog_{row._meta.model_name}_change", args=[row.pk])
    link = '{} <a href="{}" target="_blank" rel="noopener">{}</a>'
    return format_html(link, told, stored, _("Open what is saved (in a new tab)"))
