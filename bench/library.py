"""Fills a site with as much as a measurement needs: posts, works, tags, comments, in bulk.

Read once the settings are there: it uses the site's own models. The texts are made of words that
do not exist, as often as words of a language are, the same in each run.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from blog.models import Band, Picture, Post, Rendition, Tag, Work
from blog.models import WorkKind
from blog.search import index
from comments import moderation, submission
from comments.models import Comment, Event, Status
from pagecache.version import invalidate_pages

WORDS_A_POST = 600
TEXTS = 20  # that are rendered; more posts say the same again under titles of their own
TAGS, TAGS_A_POST, POSTS_A_WORK = 30, 3, 4
SYLLABLES = [
    "ba",
    "den",
    "fir",
    "gol",
    "hum",
    "jat",
    "kel",
    "lom",
    "mir",
    "nos",
    "pul",
    "rem",
    "sa",
    "tiv",
    "vor",
    "wen",
    "xal",
    "yd",
    "zor",
    "qui",
]


def vocabulary() -> list[str]:
    """Some thousand words, the same in each run."""
    chance = random.Random(1)
    made = {"".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(6000)}
    return sorted(made)


def texts(words: int, seed: int) -> Iterator[str]:
    """Paragraphs of Markdown without end; few words are frequent, most are rare (Zipf's law)."""
    chance, known = random.Random(seed), vocabulary()
    weights = [1 / place for place in range(1, len(known) + 1)]
    chance.shuffle(known)
    while True:
        said = chance.choices(known, weights, k=words)
        said[words // 3] = f"*{said[words // 3]}*"
        said[words // 2] = f"||{said[words // 2]}||"
        sentences = [" ".join(said[at : at + 12]).capitalize() for at in range(0, words, 12)]
        yield "\n\n".join(
            ". ".join(sentences[at : at + 6]) + "." for at in range(0, len(sentences), 6)
        )


@transaction.atomic
def write(number: int, *, indexed: bool = True) -> list[Post]:
    """So many posts, each with work, score, verdict, picture and tags; published one an hour."""
    before = Post.objects.count()
    author = get_user_model().objects.get_or_create(username="author")[0]
    Band.objects.bulk_create(
        [Band(lowest=0, wording="not for me"), Band(lowest=60, wording="worth an evening")],
        ignore_conflicts=True,
    )
    tags = [Tag(name=f"Tag{n}", slug=f"tag-{n}") for n in range(TAGS)]
    Tag.objects.bulk_create(tags, ignore_conflicts=True)
    works = [
        Work(title=f"Work {n}", slug=f"work-{n}", kind=WorkKind.FILM, year=1990 + n % 30)
        for n in range((before + number) // POSTS_A_WORK + 1)
    ]
    Work.objects.bulk_create(works, ignore_conflicts=True)
    works = list(Work.objects.order_by("pk"))
    picture = draw()
    posts = [*drafted(before, number, author, works, picture)]
    Post.objects.bulk_create(posts, batch_size=500)
    posts = list(Post.objects.order_by("-published_at")[before : before + number])
    tag(posts)
    if indexed:
        for first in range(0, len(posts), 100):
            index.index_posts(posts[first : first + 100])
    invalidate_pages()
    return posts


def drafted(
    before: int, number: int, author: object, works: list[Work], picture: Picture
) -> Iterator[Post]:
    """The posts before they are saved: a few are rendered, the others are copies."""
    rendered, now = [], timezone.now()
    for text in islice(texts(WORDS_A_POST, 2), min(TEXTS, number)):
        post = Post(body=text, verdict="Worth it, *all* in all.", thumbnail=picture)
        post.render()
        rendered.append({name: getattr(post, name) for name in (*post.MARKDOWN_FIELDS, *post.RENDERED_FIELDS)})
    for n in range(before, before + number):
        yield Post(
            title=f"Review {n}: a film for the evening",
            slug=f"review-{n}",
            author=author,
            work=works[n // POSTS_A_WORK],
            thumbnail=picture,
            summary="A calm film about rain, with an end that nobody saw coming.",
            spoiler_level="minor",
            score=n * 37 % 101,
            score_wording="worth an evening",
            published_at=now - timedelta(hours=n + 1),
            **rendered[n % len(rendered)],
        )


def tag(posts: list[Post]) -> None:
    """Some tags for each post; the first tag is on every third one."""
    tags, taggings = list(Tag.objects.order_by("pk")), Post.tags.through
    rows = [
        taggings(post_id=post.pk, tag_id=chosen.pk)
        for n, post in enumerate(posts)
        for chosen in {tags[n % 3], *(tags[(n * 7 + k) % len(tags)] for k in range(1, TAGS_A_POST))}
    ]
    taggings.objects.bulk_create(rows, batch_size=1000)


def draw() -> Picture:
    """A picture with all its renditions, as rows: pages name it, and nobody opens it."""
    picture = Picture(alt="Rain on a window", renditions_due_at=None)
    picture.file.name = f"pictures/{uuid.uuid4().hex}.webp"
    picture.width, picture.height = 1600, 900
    picture.rendition_data = [
        [f"pictures/{uuid.uuid4().hex}.{form}", form, width, width * 9 // 16]
        for form in ("avif", "webp", "jpeg")
        for width in (480, 800, 1200, 1600)
    ]
    Picture.objects.bulk_create([picture])
    picture = Picture.objects.latest("pk")
    Rendition.objects.bulk_create(
        Rendition(picture=picture, file=file, format=form, width=width, height=height)
        for file, form, width, height in picture.rendition_data
    )
    return picture


@transaction.atomic
def discuss(post: Post, number: int) -> None:
    """So many approved comments under a post: threads of one comment with one reply."""
    chance = list(islice(texts(40, 3), 10))
    now = timezone.now()
    for first in range(0, number, 2):
        thread = said(post, chance[first % 10], first, now - timedelta(seconds=number - first))
        thread.save()
        said(
            post, chance[first % 7], first + 1, now - timedelta(seconds=number - first), thread
        ).save()
    comments = Comment.objects.filter(post=post)
    Event.objects.bulk_create(
        Event(comment=comment, act=uuid.uuid4(), status_to=Status.APPROVED) for comment in comments
    )
    invalidate_pages()


def enter(post: Post, number: int) -> list[tuple[int, str]]:
    """So many comments on a post that wait for approval: their ids and texts."""
    waiting = []
    for text in (f"Waiting for approval, {one}." for one in range(number)):
        comment = Comment(post=post, name="Rita", email="r@example.com", body=text)
        submission.complete(comment)
        with transaction.atomic():
            moderation.enter(comment, Status.PENDING, "")
        waiting.append((comment.pk, text))
    return waiting


def said(post: Post, body: str, number: int, at: object, parent: Comment | None = None) -> Comment:
    """One approved comment, not saved yet; every third commenter names a website."""
    comment = Comment(
        post=post,
        parent=parent,
        name=f"Reader {number}",
        email=f"reader-{number}@example.com",
        website="https://example.com/" if number % 3 == 0 else "",
        body=body,
        status=Status.APPROVED,
        created_at=at,
    )
    submission.complete(comment)
    return comment
