"""Structured data (JSON-LD) in schema.org's words, by Google's rules for review snippets:
https://developers.google.com/search/docs/appearance/structured-data/review-snippet

One critic's score is a `Review`, never an `AggregateRating`; what the page does not show is not
said here; numbers are JSON's own, with a dot in every language.
"""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from blog.models import Kind, Post, SiteSettings, Work
from core.urls import absolute_url

Data = dict[str, Any]

# What Google takes as reviewed. Nothing on its list fits a work of another kind. It shows no
# result for a VideoGame alone: a second type has to stand beside it.
TYPES: dict[str, str | list[str]] = {
    Kind.ANIME_SERIES: "TVSeries",
    Kind.ANIME_FILM: "Movie",
    Kind.TV_SERIES: "TVSeries",
    Kind.FILM: "Movie",
    Kind.GAME: ["VideoGame", "Game"],
    Kind.BOOK: "Book",
    Kind.MANGA: "Book",
    Kind.COMIC: "Book",
    Kind.MUSIC: "MusicRecording",
}
NAME_LIMIT = 99  # characters; Google wants an author's name shorter than 100

# As Django's `json_script` does; the other signs that could end a script are ASCII by then.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script(data: Data) -> SafeString:
    """A script element that holds data. Browsers run nothing of this type, so the content
    security policy has nothing to allow."""
    text = json.dumps({"@context": "https://schema.org", **data}).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  (no sign of HTML is left in it)
    )


def of_site(site: SiteSettings) -> Data:
    """What the home page says of the site."""
    data = {"@type": "WebSite", "name": site.name, "url": absolute_url(reverse("home"))}
    return data | ({"description": site.tagline} if site.tagline else {})


def of_post(post: Post, site: SiteSettings) -> Data:
    """What a published post's page says of it: a `Review` where a work is scored."""
    reviewed = post.work if post.score is not None else None
    if reviewed is None or reviewed.kind not in TYPES:
        return {"@type": "BlogPosting", **article(post, site)}
    rating = {"ratingValue": post.score, "bestRating": 100, "worstRating": 0}
    data = {
        "@type": "Review",
        **article(post, site),
        "itemReviewed": work(reviewed),
        "reviewRating": {"@type": "Rating", **rating},
    }
    return data | ({"reviewBody": post.verdict_text} if post.verdict_text else {})


def article(post: Post, site: SiteSettings) -> Data:
    """What holds of every post. Its words are those of cards: nothing hidden is among them."""
    address = absolute_url(post.get_absolute_url())
    data: Data = {
        "name": post.title,
        "headline": post.title,
        "url": address,
        "mainEntityOfPage": address,
        "inLanguage": settings.LANGUAGE_CODE,
        "author": {"@type": "Person", "name": author(post)},
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
        data["description"] = post.excerpt[:300]
    if post.thumbnail:
        data["image"] = [absolute_url(post.thumbnail.preview.url)]
    return data


def author(post: Post) -> str:
    return (post.author.get_full_name() or post.author.get_username())[:NAME_LIMIT].strip()


def work(work: Work) -> Data:
    """The thing reviewed. Its creators stay one text: whether they are people or companies, and
    who did what, is not known."""
    address = absolute_url(work.get_absolute_url())
    data: Data = {"@type": TYPES[work.kind], "name": work.title, "url": address}
    if work.year:
        data["datePublished"] = f"{work.year:04}"
    if work.creators:
        data["creator"] = work.creators
    if work.length:
        data |= length(work.kind, work.length)
    return data


def length(kind: str, number: int) -> Data:
    """A work's length in the unit that its kind is measured in (`Work.length`)."""
    if kind in (Kind.ANIME_SERIES, Kind.TV_SERIES):
        return {"numberOfEpisodes": number}
    if kind in (Kind.BOOK, Kind.MANGA, Kind.COMIC):
        return {"numberOfPages": number}
    if kind in (Kind.ANIME_FILM, Kind.FILM, Kind.MUSIC):
        return {"duration": f"PT{number}M"}
    return {}
