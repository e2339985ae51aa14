"""Times in templates, in every one of them without a `load`."""

from datetime import date, datetime, time
from functools import lru_cache

from django import template
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import get_language

register = template.Library()


@register.filter
def iso(moment: datetime) -> str:
    """A moment for machines, in the site's time zone, to the second: HTML knows no microseconds."""
    return localtime(moment).isoformat(timespec="seconds")


# Django takes a format apart for each date. There are not many days, and 1,440 minutes in each.


@register.filter
def on_day(moment: datetime) -> str:
    """The day of a moment in the site's time zone, in words."""
    return day(localtime(moment).date(), get_language())


@lru_cache(maxsize=2000)
def day(date: date, _language: str | None) -> str:
    """A day in words."""
    return date_format(date, "DATE_FORMAT")


@lru_cache(maxsize=1440)
def clock(hour: int, minute: int, _language: str | None) -> str:
    """A time of day in words."""
    return time_format(time(hour, minute), "TIME_FORMAT")
