"""Dates for machines, in every template without a `load`."""

from datetime import datetime

from django import template
from django.utils.timezone import localtime

register = template.Library()


@register.filter
def iso(moment: datetime) -> str:
    """Return an aware time in ISO 8601, in the site's time zone.

    It ends with the seconds: the `datetime` attribute of HTML knows no microseconds.
    """
    return localtime(moment).isoformat(timespec="seconds")
