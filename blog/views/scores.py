"""The posts by their score: the author's legend, and each of its bands."""

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Band, Post
from blog.reading import next_change
from blog.views.listings import show
from blog.views.pagination import posts_page
from pagecache.decorators import public_page


@public_page(expires=next_change)
def scores(request: HttpRequest) -> HttpResponse:
    """The legend: each band with its words and how many posts have such a score."""
    rows = Post.objects.published().values_list("score").annotate(number=Count("pk")).order_by()
    numbers = {score: number for score, number in rows if score is not None}
    bands = [
        {"band": band, "highest": highest, "number": within(numbers, band.lowest, highest)}
        for band, highest in Band.objects.with_highest()
    ]
    words = _("What each score means here, on a scale from 0 to 100.")
    if not bands:
        words = _("What a score means is not written down yet.")
    title = _("What the scores mean")
    return show(request, "blog/scores.html", reverse("scores"), title, words, bands=bands)


def within(numbers: dict[int, int], lowest: int, highest: int) -> int:
    """How many posts have a score from `lowest` to `highest`, both included."""
    return sum(number for score, number in numbers.items() if lowest <= score <= highest)


@public_page(params={"page"}, expires=next_change)
def band(request: HttpRequest, lowest: int) -> HttpResponse:
    """The posts whose score is in a band of the legend, the best first."""
    bands = {band.lowest: (band, highest) for band, highest in Band.objects.with_highest()}
    if lowest not in bands:
        raise Http404
    found, highest = bands[lowest]
    posts = Post.objects.published().filter(score__range=(lowest, highest))
    page = posts_page(request, posts.order_by("-score", "-published_at", "-id"))
    words = ngettext(
        "“%(meaning)s”: %(number)d post has such a score.",
        "“%(meaning)s”: %(number)d posts have such a score, the highest first.",
        page.paginator.count,
    )
    if not page.object_list:
        words = _("“%(meaning)s”: no post has such a score yet.")
    title = _("Scores from %(lowest)d to %(highest)d") % {"lowest": lowest, "highest": highest}
    address, meaning = found.get_absolute_url(), found.words
    return show(request, "blog/score_band.html", address, title, words, page, meaning=meaning)
