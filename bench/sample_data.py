"""Sample posts and comments of a realistic size, the same in each run.

The texts are made of invented words whose frequencies are those of a natural language. Import
this after `site.prepared`: it uses the site's models.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from PIL import Image

from bench import seed, site
from blog.models import Band, Picture, Post, Tag, Work
from comments.models import Status
from tests.support.comment_sender import CommentSender
from tests.support.moderator_client import ModeratorClient

WORDS_PER_POST, WORDS_PER_COMMENT = 600, 40
TAGS, TAGS_PER_POST, POSTS_PER_WORK = 30, 3, 4
SENDERS = 4
SYLLABLES = [first + last for first in "bdfghjklmnprstvw" for last in ("a", "en", "or", "i")]


def texts(words: int, seed: int) -> Iterator[str]:
    """Yield Markdown texts with an inline spoiler; few words are frequent, most are rare."""
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(6000)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]  # Zipf's law
    while True:
        chosen = chance.choices(vocabulary, weights, k=words)
        chosen[words // 3] = f"*{chosen[words // 3]}*"
        chosen[words // 2] = f"||{chosen[words // 2]}||"
        sentences = [" ".join(chosen[at : at + 12]).capitalize() for at in range(0, words, 12)]
        yield "\n\n".join(
            ". ".join(sentences[at : at + 6]) + "." for at in range(0, len(sentences), 6)
        )


@transaction.atomic
def create_posts(number: int, picture: Picture | None = None) -> list[Post]:
    """Create posts with a work, a score, a verdict and tags, one for each hour of the past.

    Existing posts stay, and the new ones are older.
    """
    first, author = Post.objects.count(), get_user_model().objects.get(username=seed.OWNER)
    bands = [Band(lowest=0, wording="not for me"), Band(lowest=60, wording="worth an evening")]
    Band.objects.bulk_create(bands, ignore_conflicts=True)
    tags = [Tag(name=f"Tag{n}", slug=f"tag-{n}") for n in range(TAGS)]
    Tag.objects.bulk_create(tags, ignore_conflicts=True)
    tags, bodies = list(Tag.objects.order_by("pk")), texts(WORDS_PER_POST, 2)
    posts = []
    for n in range(first, first + number):
        work, _created = Work.objects.get_or_create(
            slug=f"work-{n // POSTS_PER_WORK}",
            defaults={"title": f"Work {n // POSTS_PER_WORK}", "kind": "film", "year": 1990},
        )
        post = Post(
            title=f"Review {n}: a film for the evening",
            slug=f"review-{n}",
            author=author,
            work=work,
            thumbnail=picture,
            summary="A calm film about rain, with an end that nobody saw coming.",
            body=next(bodies),
            verdict="Worth it, *all* in all.",
            spoiler_level="minor",
            score=n * 37 % 101,
            published_at=timezone.now() - timedelta(hours=n + 1),
        )
        post.save()
        numbers = {n % 3, *((n * 7 + k) % TAGS for k in range(1, TAGS_PER_POST))}
        post.tags.set([tags[number] for number in numbers])
        posts.append(post)
    return posts


def create_picture(owner: ModeratorClient) -> Picture:
    """Upload a picture to the running site, and wait until the worker has made its renditions."""
    file = BytesIO()
    Image.effect_noise((1600, 900), 60).convert("RGB").save(file, "JPEG", quality=80)
    owner.client.get("/admin/blog/page/add/")
    response = owner.client.post(
        "/admin/upload/",
        files={"image": ("noise.jpg", file.getvalue(), "image/jpeg")},
        data={"alt": "Noise", "csrfmiddlewaretoken": owner.client.cookies["csrftoken"]},
    )
    response.raise_for_status()
    due = Picture.objects.exclude(renditions_due_at=None)
    seed.wait_until(lambda: not due.exists(), 120)
    return Picture.objects.latest("pk")


def create_comments(owner: ModeratorClient, slug: str, number: int) -> None:
    """Send comments to a post of the running site, and approve them.

    Each thread is a comment with one reply. Every third sender enters a website.
    """
    first, half = len(seed.comment_ids()), number // 2
    send_comments(slug, first, [None] * half)
    owner.approve_all()
    parents = seed.comment_ids(post__slug=slug, status=Status.APPROVED)
    send_comments(slug, first + half, parents)
    owner.approve_all()


def send_comments(slug: str, first: int, parents: "list[int] | list[None]") -> None:
    """Send one comment for each parent, several at once, starting with number `first`."""
    sender, bodies = CommentSender(site.url()), texts(WORDS_PER_COMMENT, first)

    def send(number: int, parent: int | None, body: str) -> None:
        website = "https://example.com/" if number % 3 == 0 else ""
        response = sender.send(slug, number, body, website=website, parent=parent)
        if response.status_code != 303:
            raise RuntimeError(f"Comment {number}: {response.status_code}")

    with ThreadPoolExecutor(SENDERS) as senders:
        numbers = range(first, first + len(parents))
        list(senders.map(send, numbers, parents, [next(bodies) for _ in numbers]))
