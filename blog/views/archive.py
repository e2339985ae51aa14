"""The posts by year and month, in the time zone of the site."""

from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Post
from blog.reading import next_change
from blog.views.listings import filled, show
from blog.views.pagination import posts_page
from pagecache.decorators import public_page


@public_page(expires=next_change)
def archive(request: HttpRequest) -> HttpResponse:
    """The years and months in which something was published, the newest first."""
    found = (
        Post.objects.published()
        .annotate(month=TruncMonth("published_at"))
        .values("month")
        .annotate(number=Count("pk"))
        .order_by("-month")
    )
    months = [{"address": month_address(row["month"]), **row} for row in found]
    number = sum(row["number"] for row in months)
    words = ngettext(
        "%(number)d post by year and month.",
        "%(number)d posts by year and month.",
        number,
    )
    if not months:
        words = _("Nothing is published yet.")
    address = reverse("archive")
    return show(
        request, "blog/archive.html", address, _("Archive"), words, months=months, number=number
    )


@public_page(params={"page"}, expires=next_change)
def archive_year(request: HttpRequest, year: int) -> HttpResponse:
    """The posts of a year; 404 for a year without any."""
    address = reverse("archive_year", args=[year])
    return period(request, start_of(year), start_of(year + 1), address, str(year))


@public_page(params={"page"}, expires=next_change)
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The posts of a month; 404 for a month without any."""
    start = start_of(year, month)
    end = start_of(year, month + 1) if month < 12 else start_of(year + 1)
    name = date_format(start, "YEAR_MONTH_FORMAT")
    return period(request, start, end, month_address(start), name, year=year)


def period(
    request: HttpRequest, start: datetime, end: datetime, address: str, name: str, **more: object
) -> HttpResponse:
    """The posts of a time with a name."""
    posts = Post.objects.published().between(start, end)
    page = filled(posts_page(request, posts))
    words = ngettext(
        "%(number)d post from that time.",
        "%(number)d posts from that time, the newest first.",
        page.paginator.count,
    )
    return show(request, "blog/archive_period.html", address, name, words, page, **more)


def start_of(year: int, month: int = 1) -> datetime:
    """The first moment of a month in the time zone of the site."""
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())


def month_address(month: datetime) -> str:
    return reverse("archive_month", args=[month.year, month.month])
