"""The posts by their score: the author's legend, and each of its bands."""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Band, Post, next_publication
from blog.views.listings import render_listing
from blog.views.pagination import paginate
from pagecache.decorators import public_page


@public_page(expires=next_publication)
def scores(request: HttpRequest) -> HttpResponse:
    """Show the legend: the wording of each band and how many posts have such a score."""
    rows = Post.objects.published().values_list("score").annotate(number=Count("pk")).order_by()
    counts = dict(rows)
    bands: list[dict[str, Any]] = []
    for band, highest in Band.objects.with_highest():
        number = sum(counts.get(score, 0) for score in range(band.lowest, highest + 1))
        bands.append({"band": band, "highest": highest, "number": number})
    largest = max((row["number"] for row in bands), default=0) or 1
    for row in bands:
        row["share"] = max(1, round(100 * row["number"] / largest))  # per cent of the longest bar
    summary = _("How I use the 0–100 scale.")
    if not bands:
        summary = _("The score guide hasn't been written yet.")
    address, title = reverse("scores"), _("Score guide")
    return render_listing(request, "blog/scores.html", address, title, summary, bands=bands)


@public_page(params={"page"}, expires=next_publication)
def band(request: HttpRequest, lowest: int) -> HttpResponse:
    """List the posts whose score is in a band of the legend, the best first."""
    bands = {band.lowest: (band, highest) for band, highest in Band.objects.with_highest()}
    if lowest not in bands:
        raise Http404
    band, highest = bands[lowest]
    posts = Post.objects.published().filter(score__range=(lowest, highest))
    page = paginate(request, posts.order_by("-score", "-published_at", "-id").for_cards())
    summary = ngettext(
        "“%(meaning)s”: %(number)d review",
        "“%(meaning)s”: %(number)d reviews, highest score first",
        page.paginator.count,
    )
    if not page.object_list:
        summary = _("No reviews in this range yet.")
    address = band.get_absolute_url()
    title = _("Scores %(lowest)d–%(highest)d") % {"lowest": lowest, "highest": highest}
    return render_listing(
        request, "blog/score_band.html", address, title, summary, page, meaning=band.wording
    )
