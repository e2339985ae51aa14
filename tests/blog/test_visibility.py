"""Who sees a post where: a table of roles, places and states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Band, Post, Tag, Work
from blog.search import index
from comments.models import Comment
from tests.support.forms import form
from tests.support.page_cache import forget_pages
from tests.support.people import person
from tests.support.wire import wire

CAST = ("anonymous", "nobody", "moderator", "author", "owner")
NO_ONE: tuple[str, ...] = ()
WRITERS = ("author", "owner")

STATES = {
    "draft": None,
    "scheduled": timedelta(hours=1),
    "published": timedelta(days=-1),
    "just out": timedelta(milliseconds=-1),
}

# Who finds the post in each place.
TABLE = {
    #                   draft    scheduled  published  just out
    "home":            (NO_ONE,  NO_ONE,    CAST,      CAST),
    "post":            (WRITERS, WRITERS,   CAST,      CAST),
    "tag":             (NO_ONE,  NO_ONE,    CAST,      CAST),
    "work":            (NO_ONE,  NO_ONE,    CAST,      CAST),
    "month":           (NO_ONE,  NO_ONE,    CAST,      CAST),
    "band":            (NO_ONE,  NO_ONE,    CAST,      CAST),
    "spoiler-free":    (NO_ONE,  NO_ONE,    CAST,      CAST),
    "search":          (NO_ONE,  NO_ONE,    CAST,      CAST),
    "related":         (NO_ONE,  NO_ONE,    CAST,      CAST),
    "nothing there":   (NO_ONE,  NO_ONE,    CAST,      CAST),
    "feed":            (NO_ONE,  NO_ONE,    CAST,      CAST),
    "feed in Atom":    (NO_ONE,  NO_ONE,    CAST,      CAST),
    "tag's feed":      (NO_ONE,  NO_ONE,    CAST,      CAST),
    "feed of comments": (NO_ONE, NO_ONE,    CAST,      CAST),
    "all comments":    (NO_ONE,  NO_ONE,    CAST,      CAST),
    "sitemap":         (NO_ONE,  NO_ONE,    CAST,      CAST),
    "form":            (NO_ONE,  NO_ONE,    CAST,      CAST),
    "sent comment":    (NO_ONE,  NO_ONE,    CAST,      CAST),
    "comment's link":  (NO_ONE,  NO_ONE,    CAST,      CAST),
    "privacy":         (NO_ONE,  NO_ONE,    NO_ONE,    NO_ONE),
}  # fmt: skip
PLACES = {
    "home": "/",
    "band": "/scores/70/",
    "spoiler-free": "/spoiler-free/",
    "search": "/search/?q=fine",
    "related": "/reviews/snow/",
    "feed": "/feed/",
    "feed in Atom": "/feed/atom/",
    "all comments": "/comments/feed/",
    "sitemap": "/sitemap.xml",
    "privacy": "/privacy/",
}
ROWS = [
    pytest.param(place, state, who, who in allowed, id=f"{place}-{state}-{who}")
    for place, row in TABLE.items()
    for state, allowed in zip(STATES, row, strict=True)
    for who in CAST
]


def finds(place: str, client: Client, comment: Comment) -> bool:
    """Return whether a post with a comment is found in a place; raise for any other response."""
    address = comment.post.get_absolute_url()
    if place == "sent comment":
        answer = client.post(
            f"{address}comments/", form(), headers={"Sec-Fetch-Site": "same-origin"}
        )
        return found(answer.status_code, 303)
    if place == "comment's link":
        return found(client.get(comment.get_absolute_url()).status_code, 302)
    if place in ("post", "form"):
        answer = client.get(address + ("comments/" if place == "form" else ""))
        return found(answer.status_code, 200)
    if place in ("tag's feed", "feed of comments"):
        path = "/tags/rain/" if place == "tag's feed" else address
        return found(client.get(f"{path}feed/").status_code, 200)
    if place in ("tag", "work", "month"):
        month = timezone.localtime(comment.post.published_at or timezone.now())
        paths = {"tag": "/tags/rain/", "work": "/works/rain/", "month": f"/archive/{month:%Y/%m}/"}
        return found(client.get(paths[place]).status_code, 200)
    if place == "nothing there":
        return "Were you looking for this?" in client.get("/metallic/").content.decode()
    answer = client.get(PLACES[place])
    assert answer.status_code == 200
    text = answer.content.decode()
    return "Metallic Rain" in text or f"{address}</loc>" in text


def found(status: int, expected: int) -> bool:
    assert status in (expected, 404)
    return status == expected


@pytest.fixture
def client_of(ada: Any, mo: Any, olive: Any, logged_in: Callable[[Any], Client]) -> Any:
    people = {"moderator": mo, "author": ada, "owner": olive, "nobody": person("Nobody")}
    return lambda who: logged_in(people[who]) if who in people else Client()


@pytest.mark.parametrize(("place", "state", "who", "sees"), ROWS)
def test_a_post_is_visible_to_those_who_may_see_it(
    place: str,
    state: str,
    who: str,
    sees: bool,
    say: Any,
    post: Post,
    write: Any,
    client_of: Any,
) -> None:
    comment, offset = say(email="tess@example.com"), STATES[state]
    at = None if offset is None else timezone.now() + offset
    Post.objects.update(published_at=at)
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    Post.objects.update(work=work, score=70)
    Band.objects.create(lowest=70, wording="good company")
    post.tags.add(Tag.objects.create(name="Rain", slug="rain"))
    index.index_posts([post])
    if place == "related":
        write(slug="snow", title="Snow", work=work)
    comment.refresh_from_db()
    assert finds(place, client_of(who), comment) == sees


def test_a_draft_is_never_cached(write: Any, ada: Any, logged_in: Callable[[Any], Client]) -> None:
    draft = write(title="Early thoughts", slug="early", published_at=None)
    session = f"sessionid={logged_in(ada).cookies['sessionid'].value}"
    seen = wire("/reviews/early/", cookie=session)
    assert seen.status == 200
    assert "Early thoughts" in seen.text
    assert "no-store" in seen.headers["cache-control"]
    assert "private" in seen.headers["cache-control"]
    assert "etag" not in seen.headers
    assert wire("/reviews/early/").status == 404
    # This change does not invalidate the page cache, so a cached page would show the old title.
    Post.objects.filter(pk=draft.pk).update(title="Second thoughts")
    assert "Second thoughts" in wire("/reviews/early/", cookie=session).text


@pytest.fixture
def taken_back(say: Any, post: Post) -> Comment:
    """Return an approved comment whose post was published and is a draft again."""
    comment = say("It reads like a goldfish.", website="https://example.com/goldfish")
    for path in ("/", "/feed/", post.get_absolute_url()):
        assert wire(path).status == 200
    Post.objects.update(published_at=None)
    forget_pages()
    return comment


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/feed/",
        "/comments/feed/",
        "/comments/feed/atom/",
        "/sitemap.xml",
        "/privacy/",
        "/reviews/metallic-rain/",
        "/reviews/metallic-rain/feed/",
    ],
)
def test_a_comment_of_an_unpublished_post_is_on_no_page(path: str, taken_back: Comment) -> None:
    assert "goldfish" not in wire(path).text
    assert "1 comment" not in wire(path).text


@pytest.mark.parametrize(
    "path",
    [
        "/comments/{0}/",
        "/reviews/metallic-rain/comments/",
        "/reviews/metallic-rain/comments/?parent={0}",
    ],
)
def test_a_comment_of_an_unpublished_post_has_no_permalink(
    path: str, taken_back: Comment, client: Client
) -> None:
    assert client.get(path.format(taken_back.pk)).status_code == 404


def test_the_receipt_for_a_comment_of_a_draft_does_not_call_it_published(
    client: Client, send: Any, post: Post
) -> None:
    receipt = send()["Location"]
    Comment.objects.update(status="approved")
    assert "Your comment is live" in client.get(receipt).content.decode()
    Post.objects.update(published_at=None)
    assert "Your comment is live" not in client.get(receipt).content.decode()
