"""The number of queries depends on what a page shows, never on how much the site contains."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.models import Band, Picture, Post, Tag, Work
from blog.search import index
from comments.models import Comment, Status
from pagecache.version import invalidate_pages
from tests.support.page_cache import forget_pages
from tests.support.wire import wire


def many(post: Post, number: int, status: str = Status.APPROVED) -> None:
    """Create comments, a fifth of which start threads; the rest are replies."""
    roots = made(post, 0, number // 5, status)
    made(post, len(roots), number, status, roots)


def made(
    post: Post, first: int, end: int, status: str, roots: list[Comment] | None = None
) -> list[Comment]:
    since = timezone.now() - timedelta(days=1)
    rows = []
    for number in range(first, end):
        root = roots[number % len(roots)] if roots else None
        rows.append(
            Comment(
                post=post,
                parent=root,
                thread=root,
                name="Rita",
                email="rita@example.com",
                body=f"Word {number}",
                body_html=f"<p>Word {number}</p>",
                status=status,
                receipt=f"{post.pk}-{number}",
                created_at=since + timedelta(microseconds=number),
            )
        )
    return Comment.objects.bulk_create(rows, batch_size=5_000)


@pytest.fixture
def queries() -> Callable[..., int]:
    """Return a function that counts the queries of a page that is not cached.

    It is not the first page of its version, so settings, rules and menu are cached.
    """

    def counted(path: str) -> int:
        ask(path)
        return len(ask(path))

    return counted


def ask(path: str) -> list[str]:
    """Return the queries of a page that is not cached."""
    forget_pages()
    address, _mark, query = path.partition("?")
    with CaptureQueriesContext(connection) as seen:
        answer = wire(address, query=query)
    assert answer.status == 200
    return [each["sql"] for each in seen]


@pytest.fixture
def rich(write: Any) -> Callable[..., Post]:
    """Return a function that creates a post with everything that belongs to one."""

    def written(**values: Any) -> Post:
        number = Post.objects.count()
        picture = Picture(file=f"pictures/{number}.webp", width=4, height=3, alt="A street")
        Picture.objects.bulk_create([picture])
        work = Work.objects.create(title=f"Work {number}", slug=f"work-{number}", kind="film")
        post = write(
            work=work, thumbnail=Picture.objects.get(file=f"pictures/{number}.webp"), **values
        )
        post.tags.add(Tag.objects.create(name=f"tag {number}", slug=f"tag-{number}"))
        return post

    return written


@pytest.mark.parametrize("number", [100, 1_000])
def test_a_post_takes_at_most_nine_queries_however_many_comments_it_has(
    number: int, rich: Any, queries: Callable[..., int]
) -> None:
    post = rich()
    many(post, number)
    for _number in range(4):
        rich().tags.set(post.tags.all())
    assert queries(post.get_absolute_url()) <= 9


def test_the_first_page_of_a_version_takes_four_more_queries(
    rich: Any, queries: Callable[..., int]
) -> None:
    post = rich()
    known = queries(post.get_absolute_url())
    with transaction.atomic():
        invalidate_pages()
    assert len(ask(post.get_absolute_url())) == known + 4


def test_a_thousand_comments_take_no_more_queries_than_a_hundred(
    rich: Any, queries: Callable[..., int]
) -> None:
    few, lots = rich(), rich()
    many(few, 100)
    many(lots, 1_000)
    assert queries(few.get_absolute_url()) == queries(lots.get_absolute_url())


def test_a_page_of_a_thousand_comments_shows_fifty_threads(rich: Any) -> None:
    post = rich()
    many(post, 1_000)
    page = wire(post.get_absolute_url()).text
    assert page.count('class="comment depth-1"') == 50
    assert page.count('class="comment depth-2"') == 200
    assert "1000 comments" in page.replace(",", "")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tags/",
        "/tags/many/",
        "/works/",
        "/works/many/",
        "/archive/",
        "/archive/2025/",
        "/archive/2025/11/",
        "/scores/",
        "/scores/70/",
        "/spoiler-free/",
        "/search/?q=review",
        "/feed/",
        "/feed/atom/",
        "/tags/tag-0/feed/",
        "/comments/feed/",
        "/reviews/review-1/feed/",
        "/sitemap.xml",
    ],
)
def test_ten_posts_take_no_more_queries_than_five(
    path: str, rich: Any, queries: Callable[..., int]
) -> None:
    tag = Tag.objects.create(name="many", slug="many")
    work = Work.objects.create(title="Many", slug="many", kind="film")
    Band.objects.create(lowest=70, wording="good company")
    at = datetime(2025, 11, 12, tzinfo=UTC)

    def five_more() -> int:
        for number in range(5):
            post = rich(score=70, published_at=at + timedelta(minutes=number))
            post.tags.add(tag)
            many(post, 5)
            index.index_posts([post])
        Post.objects.filter(pk=post.pk).update(work=work)
        return queries(path)

    five_more()  # the first page of a process reads the Site row
    five = five_more()
    assert five_more() == five <= 12


@pytest.mark.parametrize("path", ["/", "/tags/many/", "/works/many/", "/archive/2025/"])
def test_lists_do_not_read_the_texts_of_posts(path: str, rich: Any) -> None:
    tag = Tag.objects.create(name="many", slug="many")
    work = Work.objects.create(title="Many", slug="many", kind="film")
    post = rich(published_at=datetime(2025, 11, 12, tzinfo=UTC))
    post.tags.add(tag)
    Post.objects.update(work=work)
    statements = ask(path)
    assert any('"blog_post"."excerpt"' in each for each in statements)
    assert not any('"blog_post"."body' in each for each in statements)
    assert not any('"blog_post"."verdict' in each for each in statements)


def test_a_search_does_not_sort_the_texts_of_its_results(rich: Any) -> None:
    for _number in range(2):
        index.index_posts([rich()])
    whole = [each for each in ask("/search/?q=review") if '"blog_post"."body_masked_text"' in each]
    assert len(whole) == 1
    assert re.search(r'"blog_post"."id" IN \(\d+, \d+\)', whole[0])


def test_a_permalink_takes_few_queries_however_many_comments_there_are(
    rich: Any, queries: Callable[..., int], django_assert_max_num_queries: Any
) -> None:
    post = rich()
    many(post, 1_000)
    last = Comment.objects.filter(parent=None).latest("pk")
    with django_assert_max_num_queries(4):
        answer = wire(f"/comments/{last.pk}/")
    assert answer.status == 302
    assert answer.headers["location"].endswith(f"?comments=4#comment-{last.pk}")


@pytest.fixture
def flooded(post: Post) -> None:
    """Create 50,000 pending comments: 500 here, which the database then copies."""
    many(post, 500, Status.PENDING)
    columns = [field.column for field in Comment._meta.local_fields if not field.primary_key]
    copied = ", ".join(columns)
    values = copied.replace("receipt", "receipt || '-' || %s")
    last = Comment.objects.latest("pk").pk
    with connection.cursor() as cursor:
        for number in range(99):
            cursor.execute(
                f"INSERT INTO comments_comment ({copied})"  # noqa: S608  (column names of our own)
                f" SELECT {values} FROM comments_comment WHERE id <= %s",
                [str(number), last],
            )
    assert Comment.objects.count() == 50_000


def test_a_full_queue_takes_at_most_twenty_one_queries(
    flooded: None, mo: Any, logged_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = logged_in(mo)
    with django_assert_max_num_queries(21):
        page = client.get("/moderation/")
    assert page.content.decode().count('class="moderation-item"') == 50
    assert "999+" in page.content.decode()
    with django_assert_max_num_queries(21):
        page = client.get("/moderation/", {"page": "1000"})
    assert page.content.decode().count('class="moderation-item"') == 50
    first = Comment.objects.earliest("pk").pk
    with django_assert_max_num_queries(21):
        answer = client.post("/moderation/act/", {"act": f"approve:{first}", "seen": "pending"})
    assert answer.status_code == 302
    ids = list(Comment.objects.filter(status="pending").values_list("pk", flat=True)[:50])
    with django_assert_max_num_queries(21):  # fifty comments take no more than one
        answer = client.post("/moderation/act/", {"act": "spam", "comment": ids, "seen": "pending"})
    assert answer.status_code == 302
    assert Comment.objects.filter(status="spam").count() == 50
