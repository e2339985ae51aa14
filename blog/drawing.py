"""The HTML of what pages and feeds show many times over, from moulds: posts as cards, as hits, as
entries, with their pictures and facts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst
from django.utils.translation import ngettext

from blog import moulds
from blog.models import Picture, Post
from blog.templatetags import dates
from core.urls import absolute_url

MOST_TAGS = 3
WORDS, SIGNS = 40, 300  # of a summary
TAGS = tuple(
    (moulds.open_place(f"tag_address{number}"), moulds.open_place(f"tag{number}"))
    for number in range(MOST_TAGS)
)


def cards(posts: Iterable[Post], comments: Mapping[int, int], lead: bool = False) -> SafeString:
    """Posts as lists show them, with how many comments each has, by its id. The first picture is
    fetched at once; that of a `lead` is shown larger."""
    drawn = (
        card(post, comments.get(post.pk, 0), number == 0, lead and number == 0)
        for number, post in enumerate(posts)
    )
    return mark_safe("".join(drawn))  # noqa: S308  (of filled moulds)


def card(post: Post, comments: int, first: bool, lead: bool) -> SafeString:
    """One post as lists show it."""
    summary = shortened(post.excerpt)
    values = {
        "picture": picture(post.thumbnail, first, lead) if post.thumbnail else "",
        "score": score(post.score) if post.score is not None else "",
        "address": post.get_absolute_url(),
        "title": post.title,
        "summary": summary,
        "foot": foot(post, comments),
        **of_work(post),
    }
    return moulds.filled(
        "blog/_card.html",
        values,
        has_picture=post.thumbnail is not None,
        has_score=post.score is not None,
        has_work=post.work is not None,
        has_summary=bool(summary),
    )


def shortened(text: str) -> str:
    """The beginning of a text, as much as a card has room for."""
    cut = " ".join(text[: 2 * SIGNS].split()[:WORDS])
    whole = cut if len(text) <= 2 * SIGNS and len(text.split()) <= WORDS else f"{cut} …"
    return whole if len(whole) <= SIGNS else Truncator(whole).chars(SIGNS)


def of_work(post: Post) -> dict[str, str]:
    """What is said of the work that a post is about."""
    if post.work is None:
        return {}
    return {
        "kind": capfirst(post.work.get_kind_display()),
        "work_address": post.work.get_absolute_url(),
        "work": post.work.title,
    }


def hit(post: Post, title: SafeString, text: SafeString) -> SafeString:
    """A post that a search found, with what was found marked."""
    values = {
        "address": post.get_absolute_url(),
        "title": title,
        "text": text,
        "foot": foot(post),
        **of_work(post),
    }
    return moulds.filled("blog/_search_result.html", values, has_work=post.work is not None)


def related(post: Post) -> SafeString:
    """A post to go on with from another."""
    values = {
        "address": post.get_absolute_url(),
        "title": post.title,
        "score": post.score,
        **of_work(post),
    }
    shape = {"has_work": post.work is not None, "has_score": post.score is not None}
    return moulds.filled("blog/_related.html", values, **shape)


def feed_entry(post: Post) -> str:
    """The whole text of a post for feeds, its spoilers masked: HTML."""
    values: dict[str, Any] = {
        "spoilers": spoilers(post),
        "note": post.spoiler_note,
        "body": mark_safe(post.body_masked_html),  # noqa: S308  (was cleaned when it was rendered)
        "verdict": post.verdict_text,
        "score": post.score,
        "words": post.score_words,
    }
    if picture := post.thumbnail and post.thumbnail.preview:
        values |= {
            "src": absolute_url(picture.url),
            "width": picture.width,
            "height": picture.height,
        }
        values["alt"] = post.thumbnail.alt
    return moulds.filled(
        "blog/_feed_entry.html",
        values,
        has_note=bool(post.spoiler_note),
        has_picture=post.thumbnail is not None,
        has_score=post.score is not None,
        has_spoilers=post.has_spoilers,
        has_verdict=bool(post.verdict_text),
    ).strip()


def foot(post: Post, comments: int = 0) -> SafeString:
    """The facts below a card: when, how many comments, which spoilers, the first tags."""
    at, tags = cast(datetime, post.published_at), post.shown_tags[:MOST_TAGS]
    values = {
        "iso": dates.iso(at),
        "date": dates.on_day(at),
        "address": post.get_absolute_url(),
        "comments": in_number(comments) if comments else "",
        "spoilers": spoilers(post),
    }
    for number, tag in enumerate(tags):
        values[f"tag{number}"], values[f"tag_address{number}"] = tag.name, tag.get_absolute_url()
    shape = {"has_comments": bool(comments), "has_spoilers": post.has_spoilers}
    return moulds.filled("blog/_card_foot.html", values, **shape, tags=TAGS[: len(tags)])


def in_number(comments: int) -> str:
    """So many comments, in words."""
    words = ngettext("%(number)s comment", "%(number)s comments", comments)
    return words % {"number": comments}


def spoilers(post: Post) -> str:
    """The warning: which spoilers a post has; "" for one without."""
    if not post.has_spoilers:
        return ""
    return capfirst(post.get_spoiler_level_display())


def picture(picture: Picture, first: bool, lead: bool) -> SafeString:
    """A picture in all its renditions."""
    shown = picture.shown
    values: dict[str, Any] = {"src": shown.src, "width": shown.width, "height": shown.height}
    values["alt"] = picture.alt
    sources = []
    for number, (type, srcset) in enumerate(shown.sources):
        values[f"srcset{number}"] = srcset
        sources.append((type, moulds.open_place(f"srcset{number}")))
    shape = {"sources": tuple(sources), "first": first, "lead": lead}
    return moulds.filled("blog/_picture.html", values, **shape)


def score(score: int) -> SafeString:
    """A score as a seal. There are a hundred and one of them."""
    return moulds.filled("blog/_score.html", {}, score=score)
