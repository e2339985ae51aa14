"""The lists by which posts are found: by tag, work, time, score, and without spoilers."""

from datetime import datetime

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from blog.models import Band, Post, SpoilerLevel, Tag, Work
from blog.models.posts import PostQuerySet
from blog.views import page_of, reader_page

NAMES_PER_PAGE = 100  # tags or works: a line each


@reader_page
def tags(request: HttpRequest) -> HttpResponse:
    """All tags that published posts have."""
    page = page_of(request, Tag.objects.counted(Post.objects.published()), NAMES_PER_PAGE)
    return render(request, "blog/tags.html", {"page": page, "address": reverse("tags")})


@reader_page
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The posts with a tag; 404 while nothing with it is published."""
    found = get_object_or_404(Tag, slug=slug)
    posts = filled(Post.objects.published().filter(tags=found))
    return show(request, posts, "blog/tag.html", found.get_absolute_url(), tag=found)


@reader_page
def works(request: HttpRequest) -> HttpResponse:
    """All works that published posts are about."""
    page = page_of(request, Work.objects.counted(Post.objects.published()), NAMES_PER_PAGE)
    return render(request, "blog/works.html", {"page": page, "address": reverse("works")})


@reader_page
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """A work and the posts about it; 404 while none is published."""
    found = get_object_or_404(Work, slug=slug)
    posts = filled(Post.objects.published().filter(work=found))
    span = posts.aggregate(scored=Count("score"), lowest=Min("score"), highest=Max("score"))
    return show(request, posts, "blog/work.html", found.get_absolute_url(), work=found, span=span)


@reader_page
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
    return render(request, "blog/archive.html", {"months": months, "address": reverse("archive")})


@reader_page
def archive_year(request: HttpRequest, year: int) -> HttpResponse:
    """The posts of a year; 404 for a year without any."""
    posts = filled(Post.objects.published().between(start_of(year), start_of(year + 1)))
    address = reverse("archive_year", args=[year])
    return show(request, posts, "blog/period.html", address, period=str(year))


@reader_page
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The posts of a month; 404 for a month without any."""
    start = start_of(year, month)
    end = start_of(year, month + 1) if month < 12 else start_of(year + 1)
    posts = filled(Post.objects.published().between(start, end))
    period = date_format(start, "YEAR_MONTH_FORMAT")
    return show(
        request, posts, "blog/period.html", month_address(start), period=period, year=year
    )


def start_of(year: int, month: int = 1) -> datetime:
    """The first moment of a month in the time zone of the site."""
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())


def month_address(month: datetime) -> str:
    return reverse("archive_month", args=[month.year, month.month])


@reader_page
def scores(request: HttpRequest) -> HttpResponse:
    """The legend: each band with its words and how many posts have such a score."""
    rows = Post.objects.published().values_list("score").annotate(number=Count("pk")).order_by()
    numbers = {score: number for score, number in rows if score is not None}
    bands = [
        {"band": band, "highest": highest, "number": sum_within(numbers, band.lowest, highest)}
        for band, highest in Band.objects.with_highest()
    ]
    return render(request, "blog/scores.html", {"bands": bands, "address": reverse("scores")})


def sum_within(numbers: dict[int, int], lowest: int, highest: int) -> int:
    return sum(number for score, number in numbers.items() if lowest <= score <= highest)


@reader_page
def band(request: HttpRequest, lowest: int) -> HttpResponse:
    """The posts whose score is in a band of the legend, the best first."""
    highest = {band.lowest: highest for band, highest in Band.objects.with_highest()}
    found = get_object_or_404(Band, lowest=lowest)
    posts = Post.objects.published().filter(score__range=(lowest, highest[lowest]))
    return show(
        request,
        posts.order_by("-score", "-published_at", "-id"),
        "blog/band.html",
        found.get_absolute_url(),
        band=found,
        highest=highest[lowest],
    )


@reader_page
def spoiler_free(request: HttpRequest) -> HttpResponse:
    """The posts of which the author said that they hold no spoilers."""
    posts = Post.objects.published().filter(spoiler_level=SpoilerLevel.NONE)
    return show(request, posts, "blog/spoiler_free.html", reverse("spoiler_free"))


def filled(posts: PostQuerySet) -> PostQuerySet:
    """The same posts; Http404 where there are none."""
    if not posts.exists():
        raise Http404
    return posts


def show(
    request: HttpRequest, posts: PostQuerySet, template: str, address: str, **context: object
) -> HttpResponse:
    """A page of cards; `address` is its own, without the number of the page."""
    page = page_of(request, posts.with_cards())
    return render(request, template, {"page": page, "address": address, **context})
