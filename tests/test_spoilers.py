"""Spoilers leak nowhere: canary words walk every surface, and a surface without a row fails."""

import logging
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import html5lib
import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from PIL import Image

from blog.images import processing
from blog.models import Band, Page, Picture, Post, SearchEntry, Tag, Work
from blog.search import index
from comments import moderation
from comments.models import Comment, Event
from comments.notifications import notify_moderators
from comments.screening import worker
from tests.support.wire import Answer, wire

CANARIES = ("finch", "siskin", "linnet", "bunting", "serin", "redpoll", "brambling", "twite")
TEXT = """
Rain falls ||and the finch is dead||, as everybody saw coming.[^wet]

## What ||the siskin|| knew

::: spoiler up to episode 5
The linnet did it, with ![the bunting holds a knife](/media/{picture} "the serin watches").[^dry]
:::

| who | what |
|---|---|
| she | >!the twite!< |

[^wet]: It always falls ||on the redpoll||.
[^dry]: As the brambling said.
"""
SAID = "I wept when ||the finch and the siskin|| fell.\n\n::: spoiler end\nAnd the linnet too.\n:::"
SPOILERS = (("details", "spoiler"), ("span", "spoiler"))


def bare(html: str) -> str:
    """The page without what its spoilers cover: attributes, head and all."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for parent in list(tree.iter()):
        for child in list(parent):
            if (child.tag, child.get("class")) in SPOILERS:
                parent.remove(child)
    return ET.tostring(tree, encoding="unicode")


def covered_only(answer: Any) -> None:
    """Canaries stand on the page, each inside spoiler markup and nowhere else."""
    text = answer.text
    assert any(canary in text for canary in CANARIES)
    silent(bare(text))
    silent(str(answer.headers))


def nothing(answer: Any) -> None:
    """No canary at all, however the page came out."""
    silent(answer.body.decode(errors="replace"))
    silent(str(answer.headers))


def own_text(answer: Any) -> None:
    """What its writer typed, for who holds the token; the head says nothing all the same."""
    assert "||the finch and the siskin||" in answer.text
    silent(answer.text.partition("<body")[0])


def silent(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text.lower()] == []


# Every address of the site, and what a reader may find of a spoiler there.
SURFACES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "": ("/", nothing),
    "healthz": ("/healthz", nothing),
    "readyz": ("/readyz", nothing),
    "reviews/<any_slug:slug>/": ("/reviews/metallic-rain/", covered_only),
    "feed/": ("/feed/", nothing),
    "feed/atom/": ("/feed/atom/", nothing),
    "tags/<any_slug:slug>/feed/": ("/tags/rain/feed/", nothing),
    "tags/<any_slug:slug>/feed/atom/": ("/tags/rain/feed/atom/", nothing),
    "reviews/<any_slug:slug>/feed/": ("/reviews/metallic-rain/feed/", nothing),
    "reviews/<any_slug:slug>/feed/atom/": ("/reviews/metallic-rain/feed/atom/", nothing),
    "comments/feed/": ("/comments/feed/", nothing),
    "comments/feed/atom/": ("/comments/feed/atom/", nothing),
    "sitemap.xml": ("/sitemap.xml", nothing),
    "sitemap-<slug:section>.xml": ("/sitemap-posts.xml", nothing),
    "tags/": ("/tags/", nothing),
    "tags/<any_slug:slug>/": ("/tags/rain/", nothing),
    "works/": ("/works/", nothing),
    "works/<any_slug:slug>/": ("/works/metallic-rain/", nothing),
    "archive/": ("/archive/", nothing),
    "archive/<year:year>/": ("{year}", nothing),
    "archive/<year:year>/<month:month>/": ("{month}", nothing),
    "scores/": ("/scores/", nothing),
    "scores/<score:lowest>/": ("/scores/70/", nothing),
    "spoiler-free/": ("/spoiler-free/", nothing),
    "search/": ("/search/?q=rain", nothing),
    "<any_slug:slug>/": ("/about/", covered_only),
    "robots.txt": ("/robots.txt", nothing),
    ".well-known/security.txt": ("/.well-known/security.txt", nothing),
    "media/<file:path>": ("/media/{picture}", nothing),
    "reviews/<any_slug:slug>/comments/": (
        "/reviews/metallic-rain/comments/?parent={comment}",
        covered_only,
    ),
    "comments/<int:pk>/": ("/comments/{comment}/", nothing),
    "comments/receipt/<str:token>/": ("{receipt}", own_text),
    "privacy/": ("/privacy/", nothing),
    "login/": ("/login/", nothing),
    "login/code/": ("/login/code/", nothing),
    "login/second-factor/": ("/login/second-factor/", nothing),
    "login/done/": ("/login/done/", nothing),
    "logout/": ("/logout/", nothing),
    "password/change/": ("/password/change/", nothing),
    "password/change/done/": ("/password/change/done/", nothing),
    "password/reset/": ("/password/reset/", nothing),
    "password/reset/sent/": ("/password/reset/sent/", nothing),
    "password/reset/<uidb64>/<token>/": ("/password/reset/Mg/set-password/", nothing),
    "password/reset/done/": ("/password/reset/done/", nothing),
    # Below here only people who may see everything: a reader meets the door.
    "moderation/": ("/moderation/?status=approved", nothing),
    "moderation/act/": ("/moderation/act/", nothing),
    "moderation/undo/": ("/moderation/undo/", nothing),
    "moderation/<int:pk>/": ("/moderation/{comment}/", nothing),
    "moderation/<int:pk>/edit/": ("/moderation/{comment}/edit/", nothing),
    "moderation/<int:pk>/reply/": ("/moderation/{comment}/reply/", nothing),
    "admin/status/": ("/admin/status/", nothing),
    "admin/": ("/admin/blog/post/", nothing),
    "admin/login/": ("/admin/login/", nothing),
    "admin/preview/": ("/admin/preview/", nothing),
    "admin/upload/": ("/admin/upload/", nothing),
}


def routes(patterns: Any, before: str = "") -> list[str]:
    """Every route of the urlconf; all of Django's admin is one."""
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            found += routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern | URLResolver)
            found.append(route)
    return found


@pytest.fixture
def story(ada: Any, db: None) -> Post:
    """A review with a canary in every kind of spoiler; its summary is left to the site."""
    png = BytesIO()
    Image.new("RGB", (4, 3)).save(png, "PNG")
    clean, picture = processing.reencode(png), Picture(alt="A wet street")
    picture.file.save(clean.name, clean)
    post = Post(
        title="Metallic Rain",
        slug="metallic-rain",
        author=ada,
        work=Work.objects.create(title="Metallic Rain", slug="metallic-rain", kind="film"),
        body=TEXT.format(picture=picture.file.name),
        verdict="Wet, and worth it.",
        score=70,
        spoiler_level="minor",
        published_at=timezone.now() - timedelta(days=1),
    )
    post.save()
    post.tags.add(Tag.objects.create(name="rain", slug="rain"))
    Band.objects.create(lowest=70, wording="pretty fun to watch")
    Page.objects.create(
        title="About", slug="about", body=post.body, menu_place=1, published_at=post.published_at
    )
    index.index_posts([post])
    return post


@pytest.fixture
def places(story: Post, send: Any, ada: Any) -> dict[str, Any]:
    """What fills in the addresses: a comment with canaries, sent and approved, and its receipt."""
    receipt = send(to=story, body=SAID)["Location"]
    comment = Comment.objects.get()
    moderation.approve([comment.pk], ada)
    picture = Picture.objects.get().file.name
    year, month = f"/archive/{story.published_at:%Y}/", f"/archive/{story.published_at:%Y/%m}/"
    return {
        "comment": comment.pk,
        "receipt": receipt,
        "picture": picture,
        "year": year,
        "month": month,
    }


def test_the_text_of_the_test_hides_every_canary(story: Post) -> None:
    for canary in CANARIES:
        if canary != "serin":  # a picture's caption inside a spoiler may be left out
            assert canary in story.body_html
    silent(bare(story.body_html))


def test_every_address_has_a_row() -> None:
    assert sorted(set(routes(get_resolver().url_patterns))) == sorted(SURFACES)


@pytest.mark.parametrize("route", SURFACES)
def test_no_address_gives_a_spoiler_away(route: str, places: dict[str, Any], post: Post) -> None:
    address, allowed = SURFACES[route]
    path, _mark, query = address.format(**places).partition("?")
    allowed(ask(path, "GET", query))
    silent(bare(ask(path, "POST", query).body.decode(errors="replace")))


def ask(path: str, method: str, query: str) -> Answer:
    """What somebody who is not logged in is answered; a file is read to its end, and closed."""
    response, answer = Client().generic(method, f"{path}?{query}"), Answer()
    answer.status, answer.headers = response.status_code, dict(response.items())
    answer.body = response.getvalue()
    return answer


@pytest.fixture
def post(story: Post) -> Post:
    """`send` and the others speak of this post."""
    return story


def test_the_receipt_shows_its_own_writer_the_text_and_nobody_else_finds_it(
    places: dict[str, Any],
) -> None:
    receipt = wire(places["receipt"])
    assert receipt.headers["cache-control"] == "no-store"
    assert "noindex" in receipt.headers["x-robots-tag"]
    assert receipt.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("level", ["minor", "major"])
def test_head_and_cards_say_nothing_of_a_spoiler(level: str, story: Post) -> None:
    story.spoiler_level = level
    story.save()  # stores the excerpt that cards show
    head = html5lib.parse(wire("/reviews/metallic-rain/").text, namespaceHTMLElements=False)[0]
    texts = [meta.get("content") or "" for meta in head.iter("meta")]
    texts += [title.text or "" for title in head.iter("title")]
    assert any("Rain" in text for text in texts)
    silent(" ".join(texts))
    silent(wire("/").text)
    if level == "minor":
        assert "[spoiler]" in wire("/").text
    else:
        assert "as everybody saw coming" not in wire("/").text
        assert "as everybody saw coming" not in " ".join(texts)


@pytest.mark.parametrize(
    "path",
    [
        "/feed/",
        "/tags/rain/feed/",
        "/reviews/metallic-rain/feed/",
        "/comments/feed/",
    ],
)
@pytest.mark.parametrize("form", ["", "atom/"])
def test_a_feed_says_where_a_spoiler_was(path: str, form: str, places: dict[str, Any]) -> None:
    feed = wire(path + form).text
    assert "[spoiler]" in feed
    silent(feed)


def test_the_pages_of_errors_say_nothing(story: Post, client: Client) -> None:
    for path in ("/reviews/the-finch/", "/?page=99"):
        answer = wire(path)
        assert answer.status == 404
        silent(answer.text.replace("the finch", ""))  # the asker's own words, to search for


@pytest.mark.parametrize("canary", CANARIES)
def test_search_knows_no_word_of_a_spoiler(canary: str, story: Post, client: Client) -> None:
    answer = client.get("/search/", {"q": canary}).content.decode()
    assert "No results for" in answer
    silent(answer.replace(canary, "", 4))  # title, field and sentence repeat what was asked
    entry = SearchEntry.objects.get(post=story)
    silent(f"{entry.title} {entry.body}")


def test_a_search_shows_nothing_of_the_body_of_a_post_with_major_spoilers(
    story: Post, client: Client
) -> None:
    story.spoiler_level = "major"
    story.save()
    answer = client.get("/search/", {"q": "coming"}).content.decode()
    assert "Wet, and worth it." in answer
    assert "as everybody saw" not in answer


def test_a_refused_form_shows_its_text_to_its_writer_alone(story: Post, send: Any) -> None:
    refused = send(to=story, body=SAID, email="").content.decode()
    assert "the finch and the siskin" in refused
    nothing_beyond = wire("/reviews/metallic-rain/").text
    assert "finch and the siskin" not in nothing_beyond


def test_mail_and_logs_hold_no_spoiler(
    story: Post, send: Any, mo: Any, akismet: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    akismet.answer = "500"  # a failing check has the most to say
    send(to=story, body=SAID, name="The finch, or ||so||")
    comment = Comment.objects.get()
    worker.check_due_comments(threading.Event())
    akismet.answer = "ham"
    moderation.hold_unchecked([comment.pk], "")
    Event.objects.update(at=timezone.now() - timedelta(minutes=1))
    notify_moderators()
    assert len(mail.outbox) == 1
    silent(str(mail.outbox[0].message()))
    assert "spam check" in caplog.text
    silent(caplog.text)


def test_people_who_decide_see_everything(story: Post, say: Any, mo: Any, logged_in: Any) -> None:
    say(SAID, post=story, status="pending")
    queue = logged_in(mo).get("/moderation/").content.decode()
    assert "the finch and the siskin" in queue
