"""Times in templates, in every one of them without a `load`."""

from datetime import datetime

from django import template
from django.utils.timezone import localtime

register = template.Library()


@register.filter
def iso(moment: datetime) -> str:
    """A moment for machines, in the site's time zone, to the second: HTML knows no microseconds."""
    return localtime(moment).isoformat(timespec="seconds")
