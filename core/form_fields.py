"""The form field for text of several lines."""

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _


class MultilineField(forms.CharField):
    """Text of several lines with LF line ends, which browsers count as one character each."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(normalize_newlines(value or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.max_length and (problem := too_long(value, self.max_length)):
            raise forms.ValidationError(problem)


def too_long(text: str, limit: int) -> str:
    """Return the error for a text of more than `limit` characters; "" for a shorter one."""
    if len(text) <= limit:
        return ""
    return _("This text has %(length)s characters. The limit is %(limit)s.") % {
        "length": number_format(len(text), force_grouping=True),
        "limit": number_format(limit, force_grouping=True),
    }
