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

from blog.models import Post, next_publication
from blog.views.listings import render_listing, require_posts
from blog.views.pagination import paginate
from pagecache.decorators import public_page


@public_page(expires=next_publication)
def archive(request: HttpRequest) -> HttpResponse:
    """List the years and months in which posts were published, the newest first."""
    rows = (
        Post.objects.published()
        .annotate(month=TruncMonth("published_at"))
        .values("month")
        .annotate(number=Count("pk"))
        .order_by("-month")
    )
    months = [{"address": month_address(row["month"]), **row} for row in rows]
    number = sum(row["number"] for row in months)
    summary = ngettext("%(number)d post, by month", "All %(number)d posts, by month", number)
    if not months:
        summary = _("No posts yet.")
    address, title = reverse("archive"), _("Archive")
    return render_listing(
        request, "blog/archive.html", address, title, summary, months=months, number=number
    )


@public_page(params={"page"}, expires=next_publication)
def archive_year(request: HttpRequest, year: int) -> HttpResponse:
    """List the posts of a year; 404 for a year without any."""
    address = reverse("archive_year", args=[year])
    return render_period(request, start_of(year), start_of(year + 1), address, str(year))


@public_page(params={"page"}, expires=next_publication)
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """List the posts of a month; 404 for a month without any."""
    start = start_of(year, month)
    end = start_of(year, month + 1) if month < 12 else start_of(year + 1)
    title = date_format(start, "YEAR_MONTH_FORMAT")
    return render_period(request, start, end, month_address(start), title, year=year)


def render_period(
    request: HttpRequest, start: datetime, end: datetime, address: str, title: str, **extra: object
) -> HttpResponse:
    """Return the list of the posts from `start` up to, but not including, `end` (both aware)."""
    posts = Post.objects.published().between(start, end)
    page = require_posts(paginate(request, posts.for_cards()))
    summary = ngettext("%(number)d post", "%(number)d posts, newest first", page.paginator.count)
    return render_listing(
        request, "blog/archive_period.html", address, title, summary, page, **extra
    )


def start_of(year: int, month: int = 1) -> datetime:
    """Return the first moment of a month in the time zone of the site."""
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())


def month_address(month: datetime) -> str:
    """Return the path of the page of a month."""
    return reverse("archive_month", args=[month.year, month.month])
