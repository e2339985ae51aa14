"""The HTML of what lists show ten times a page: cards, their pictures and facts, from moulds."""

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst
from django.utils.timezone import localtime
from django.utils.translation import ngettext

from blog import moulds
from blog.models import Kind, Picture, Post, SpoilerLevel, Tag

MOST_TAGS = 3
WORDS, SIGNS = 40, 300  # of a summary


def card(post: Post, comments: int, *, first: bool = False, lead: bool = False) -> SafeString:
    """A post as lists show it. The `first` picture of a page is fetched at once, that of a `lead`
    is shown larger."""
    summary = post.excerpt
    shape = post.thumbnail is not None, post.score is not None, post.work is not None, bool(summary)
    values = {
        "picture": picture(post.thumbnail, first, lead) if post.thumbnail else "",
        "score": score(post.score) if post.score is not None else "",
        "address": post.get_absolute_url(),
        "title": post.title,
        "summary": shortened(summary),
        "foot": foot(post, comments),
    }
    return moulds.fill(card_mould(*shape), values | of_work(post))


def shortened(text: str) -> str:
    """The beginning of a text, as much as a card has room for."""
    cut = " ".join(text[: 2 * SIGNS].split()[:WORDS])
    whole = cut if len(text) <= 2 * SIGNS and len(text.split()) <= WORDS else f"{cut} …"
    return whole if len(whole) <= SIGNS else Truncator(whole).chars(SIGNS)


def of_work(post: Post) -> dict[str, str]:
    """What is said of the work that a post is about."""
    if post.work is None:
        return {"kind": "", "work_address": "", "work": ""}
    return {
        "kind": capfirst(str(Kind(post.work.kind).label)),
        "work_address": post.work.get_absolute_url(),
        "work": post.work.title,
    }


@moulds.kept
def card_mould(has_picture: bool, has_score: bool, has_work: bool, has_summary: bool) -> str:
    return moulds.draw(
        "blog/_card.html",
        *(
            "picture",
            "score",
            "address",
            "title",
            "summary",
            "foot",
            "kind",
            "work_address",
            "work",
        ),
        has_picture=has_picture,
        has_score=has_score,
        has_work=has_work,
        has_summary=has_summary,
    )


def hit(post: Post, title: SafeString, text: SafeString) -> SafeString:
    """A post that a search found, with what was found marked."""
    values = {"address": post.get_absolute_url(), "title": title, "text": text, "foot": foot(post)}
    return moulds.fill(hit_mould(post.work is not None), values | of_work(post))


@moulds.kept
def hit_mould(has_work: bool) -> str:
    places = "address", "title", "text", "foot", "kind", "work_address", "work"
    return moulds.draw("blog/_hit.html", *places, has_work=has_work)


def foot(post: Post, comments: int = 0) -> SafeString:
    """The facts below a card: when, how many comments, which spoilers, the first tags."""
    tags = post.shown_tags[:MOST_TAGS]
    at = localtime(post.published_at) if post.published_at else None
    values = {
        "iso": at.isoformat(timespec="seconds") if at else "",
        "date": date_format(at) if at else "",
        "address": post.get_absolute_url(),
        "comments": ngettext("%(number)s comment", "%(number)s comments", comments)
        % {"number": comments},
        "spoilers": capfirst(SpoilerLevel(post.spoiler_level).label) if post.has_spoilers else "",
        "tags": mark_safe("".join(map(tag, tags))),  # noqa: S308  (of filled moulds)
    }
    return moulds.fill(foot_mould(bool(comments), post.has_spoilers), values)


@moulds.kept
def foot_mould(has_comments: bool, has_spoilers: bool) -> str:
    places = "iso", "date", "address", "comments", "spoilers", "tags"
    shape = {"has_comments": has_comments, "has_spoilers": has_spoilers}
    return moulds.draw("blog/_card_foot.html", *places, **shape)


def tag(tag: Tag) -> str:
    return moulds.fill(tag_mould(), {"address": tag.get_absolute_url(), "name": tag.name})


@moulds.kept
def tag_mould() -> str:
    return moulds.draw("blog/_card_tag.html", "address", "name")


def picture(picture: Picture, first: bool, lead: bool) -> SafeString:
    """A picture in all its renditions."""
    shown = picture.shown
    sources = shown.sources
    values = {"src": shown.src, "width": shown.width, "height": shown.height, "alt": picture.alt}
    for number, (_type, srcset) in enumerate(sources):
        values[f"srcset{number}"] = srcset
    types = tuple(type for type, _srcset in sources)
    return moulds.fill(picture_mould(types, first, lead), values)


@moulds.kept
def picture_mould(types: tuple[str, ...], first: bool, lead: bool) -> str:
    places = [f"srcset{number}" for number in range(len(types))]
    sources = [(type, moulds.open_place(place)) for type, place in zip(types, places, strict=True)]
    shape = {"sources": sources, "first": first, "lead": lead}
    return moulds.draw("blog/_picture.html", "src", "width", "height", "alt", **shape)


@moulds.kept
def score_html(score: int) -> str:
    return moulds.draw("blog/_score.html", score=score) % {}


def score(score: int) -> SafeString:
    """A score as a seal. There are a hundred and one of them."""
    return mark_safe(score_html(score))  # noqa: S308  (a template's own HTML)
