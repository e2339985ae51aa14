"""Form fields for what people type: nothing is cut, and each letter has one form."""

import re
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.text import normalize

# What browsers, word processors and spreadsheets write for the end of a line.
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class UncutMixin:
    """Leave out `maxlength`: browsers cut what is pasted there without a word.

    A text that is too long is refused in a sentence, with all of it in the field.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)  # type: ignore[misc]
        attrs.pop("maxlength", None)
        return attrs


class LineField(UncutMixin, forms.CharField):
    """Text of one line, in NFC."""

    def to_python(self, value: Any) -> Any:
        return normalize(super().to_python(value) or "")


class MultilineField(UncutMixin, forms.CharField):
    """Text of several lines, in NFC, with LF line ends, which browsers count as one character."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(LINE_ENDS.sub("\n", normalize(value or "")))

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.max_length and (problem := too_long(value, self.max_length)):
            raise forms.ValidationError(problem)


def too_long(text: str, limit: int) -> str:
    """Return the sentence that refuses a text of more than `limit` characters, or ""."""
    if len(text) <= limit:
        return ""
    return _("This text has %(length)s characters. The limit is %(limit)s.") % {
        "length": number_format(len(text), force_grouping=True),
        "limit": number_format(limit, force_grouping=True),
    }
