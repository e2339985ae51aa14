"""Structured data (JSON-LD) in the vocabulary of schema.org.

A critic's score is a `Review`, never an `AggregateRating`; nothing is stated that the page does not
show: https://developers.google.com/search/docs/appearance/structured-data/review-snippet
"""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from blog.models import Post, SiteSettings, Work, WorkKind
from core.urls import absolute_url

Data = dict[str, Any]

# The types that Google accepts as reviewed; it has none for works of another kind. It shows no
# result for a VideoGame alone, which therefore has a second type.
TYPES: dict[str, str | list[str]] = {
    WorkKind.ANIME_SERIES: "TVSeries",
    WorkKind.ANIME_FILM: "Movie",
    WorkKind.TV_SERIES: "TVSeries",
    WorkKind.FILM: "Movie",
    WorkKind.GAME: ["VideoGame", "Game"],
    WorkKind.BOOK: "Book",
    WorkKind.MANGA: "Book",
    WorkKind.COMIC: "Book",
    WorkKind.MUSIC: "MusicRecording",
}
MAX_NAME_LENGTH = 99  # characters; Google wants an author's name to be shorter than 100
MAX_DESCRIPTION_LENGTH = 300  # characters

# As in Django's `json_script`. `json.dumps` writes everything else that matters in ASCII.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script(data: Data) -> SafeString:
    """Return a script element with the data; browsers don't run it, so the CSP allows it."""
    text = json.dumps({"@context": "https://schema.org", **data}).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  (ESCAPES leaves nothing that is special in HTML)
    )


def site_data(site: SiteSettings) -> Data:
    """Return what the home page states about the site."""
    data = {"@type": "WebSite", "name": site.name, "url": absolute_url(reverse("home"))}
    return data | ({"description": site.tagline} if site.tagline else {})


def post_data(post: Post, site: SiteSettings) -> Data:
    """Return what the page of a published post states: a `Review` if a work has a score."""
    work = post.work if post.score is not None else None
    if work is None or work.kind not in TYPES:
        return {"@type": "BlogPosting", **article_data(post, site)}
    rating = {"ratingValue": post.score, "bestRating": 100, "worstRating": 0}
    data = {
        "@type": "Review",
        **article_data(post, site),
        "itemReviewed": work_data(work),
        "reviewRating": {"@type": "Rating", **rating},
    }
    return data | ({"reviewBody": post.verdict_text} if post.verdict_text else {})


def article_data(post: Post, site: SiteSettings) -> Data:
    """Return what is stated about every post. Its texts are those of cards, free of spoilers."""
    address = absolute_url(post.get_absolute_url())
    data: Data = {
        "name": post.title,
        "headline": post.title,
        "url": address,
        "mainEntityOfPage": address,
        "inLanguage": settings.LANGUAGE_CODE,
        "author": {"@type": "Person", "name": author_name(post)},
        "publisher": {
            "@type": "Organization",
            "name": site.name,
            "url": absolute_url(reverse("home")),
        },
        "dateModified": post.changed_at.isoformat(),
    }
    if post.published_at:
        data["datePublished"] = post.published_at.isoformat()
    if post.excerpt:
        data["description"] = post.excerpt[:MAX_DESCRIPTION_LENGTH]
    if post.thumbnail:
        data["image"] = [absolute_url(post.thumbnail.preview.url)]
    return data


def author_name(post: Post) -> str:
    """Return the author's name, shortened to what Google accepts."""
    return (post.author.get_full_name() or post.author.get_username())[:MAX_NAME_LENGTH].strip()


def work_data(work: Work) -> Data:
    """Return what is stated about the work; its creators stay one text, people or companies."""
    address = absolute_url(work.get_absolute_url())
    data: Data = {"@type": TYPES[work.kind], "name": work.title, "url": address}
    if work.year:
        data["datePublished"] = f"{work.year:04}"
    if work.creators:
        data["creator"] = work.creators
    if work.length:
        data |= length_data(work.kind, work.length)
    return data


def length_data(kind: str, length: int) -> Data:
    """Return the length of a work in the unit of its kind (`Work.length`)."""
    if kind in (WorkKind.ANIME_SERIES, WorkKind.TV_SERIES):
        return {"numberOfEpisodes": length}
    if kind in (WorkKind.BOOK, WorkKind.MANGA, WorkKind.COMIC):
        return {"numberOfPages": length}
    if kind in (WorkKind.ANIME_FILM, WorkKind.FILM, WorkKind.MUSIC):
        return {"duration": f"PT{length}M"}
    return {}
