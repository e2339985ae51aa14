"""The demo: a small blog about works that do not exist, to look around in.

`content.toml`, `posts/` and `pictures/` hold what is in it.
"""

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from blog.apps import AUTHORS
from blog.images import processing as uploads
from blog.models import Band, Page, Picture, Post, SiteSettings, Tag, Work
from blog.search import index
from comments import moderation, submission
from comments.apps import MODERATORS
from comments.models import Comment, Event, Status
from pagecache.version import invalidate_pages

FOLDER = Path(__file__).parent
CONTENT = tomllib.loads((FOLDER / "content.toml").read_text())
Say = Callable[[str], object]


def make_logins() -> list[tuple[str, str, str]]:
    """Create an owner, an author and a moderator; return role, user name, password of new ones."""
    users = get_user_model()
    if users.objects.exists():
        return []
    made = []
    for name, group in (("owner", None), ("author", AUTHORS), ("moderator", MODERATORS)):
        password = get_random_string(14)
        first, _space, last = CONTENT[name]["name"].partition(" ")
        user = users.objects.create_user(name, password=password, first_name=first, last_name=last)
        user.is_staff, user.is_superuser = name != "moderator", name == "owner"
        user.save()
        if group:
            user.groups.add(Group.objects.get(name=group))
        made.append((name, name, password))
    return made


def load(say: Say) -> None:
    """Fill an empty site with the demo; `say` is called with a message about each step."""
    with transaction.atomic():
        if not SiteSettings.objects.exists():
            SiteSettings(**CONTENT["site"]).save()
        if not Band.objects.exists():
            Band.objects.bulk_create(Band(**band) for band in CONTENT["bands"])
        works = {}
        for work in CONTENT["works"]:
            slug = work["slug"]
            works[slug], _made = Work.objects.get_or_create(slug=slug, defaults=work)
        pictures = {picture["name"]: make_picture(**picture) for picture in CONTENT["pictures"]}
        for post in CONTENT["posts"]:
            say(f"writing {post['title']}")
            make_post(dict(post), works, pictures)
        for page in CONTENT["pages"]:
            values = {**page, "published_at": timezone.now()}
            Page.objects.get_or_create(slug=page["slug"], defaults=values)
        make_comments(CONTENT["comments"])
        invalidate_pages()


def make_picture(name: str, alt: str) -> Picture:
    """Store a picture of the demo in the same way as an author's upload."""
    picture = Picture(alt=alt)
    with (FOLDER / "pictures" / f"{name}.webp").open("rb") as file:
        uploads.attach_upload(picture, file)
    uploads.save_picture(picture)
    return picture


def make_post(values: dict[str, Any], works: dict[str, Work], pictures: dict[str, Picture]) -> None:
    if Post.objects.filter(slug=values["slug"]).exists():
        return
    body = (FOLDER / "posts" / f"{values['slug']}.md").read_text()
    for name, picture in pictures.items():
        body = body.replace(f"(picture:{name}", f"({picture.file.url}")
    tags = [
        Tag.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]
        for name in values.pop("tags", [])
    ]
    post = Post(
        author=first_author(),
        body=body,
        work=works.get(values.pop("work", "")),
        thumbnail=pictures[values.pop("thumbnail")],
        published_at=timezone.now() - timedelta(days=values.pop("days_ago")),
        **values,
    )
    post.snapshot_score_wording()
    post.save()
    post.tags.set(tags)
    index.index_posts([post])


def first_author() -> Any:
    """Return who writes the demo's posts: the first author, else the first owner, else any user."""
    users = get_user_model().objects
    writers = users.filter(Q(groups__name=AUTHORS) | Q(is_superuser=True))
    return writers.order_by("is_superuser", "pk").first() or users.earliest("pk")


def make_comments(conversation: list[dict[str, Any]]) -> None:
    made: dict[int, Comment] = {}
    groups = {"author": AUTHORS, "moderator": MODERATORS}
    for said in conversation:
        ago = timedelta(days=said.get("days_ago", 0), hours=said.get("hours_ago", 0))
        by = groups.get(said.get("by", ""))
        comment = Comment(
            post=Post.objects.get(slug=said["post"]),
            parent=made.get(said.get("parent", 0)),
            user=get_user_model().objects.filter(groups__name=by).first() if by else None,
            name=said["name"],
            email=said["email"],
            website=said.get("website", ""),
            body=said["body"].strip(),
            created_at=timezone.now() - ago,
        )
        submission.prepare(comment)
        moderation.record_submission(comment, Status(said.get("status", "approved")), "")
        made[said["id"]] = comment
    Event.objects.filter(comment__in=made.values()).update(why="demo")


@transaction.atomic
def remove() -> int:
    """Delete the demo's rows except what is used or edited since; return how many posts."""
    posts = [post for values in CONTENT["posts"] if (post := untouched(values))]
    for post in posts:
        post.delete()
    for page in Page.objects.filter(slug__in=[page["slug"] for page in CONTENT["pages"]]):
        if not was_edited(page):
            page.delete()
    Work.objects.filter(
        slug__in=[work["slug"] for work in CONTENT["works"]], posts__isnull=True
    ).delete()
    tags = {tag for post in CONTENT["posts"] for tag in post["tags"]}
    Tag.objects.filter(name__in=tags, posts__isnull=True).delete()
    alts = [picture["alt"] for picture in CONTENT["pictures"]]
    for picture in Picture.objects.filter(alt__in=alts):
        if not is_used(picture):
            uploads.delete_pictures(Picture.objects.filter(pk=picture.pk))
    invalidate_pages()
    return len(posts)


def was_edited(row: Post | Page) -> bool:
    """Return True if somebody has changed a row since the demo created it."""
    return row.updated_at - row.created_at > timedelta(seconds=10)


def untouched(values: dict[str, Any]) -> Post | None:
    """Return a post of the demo; None if somebody has edited it or commented on it since."""
    post = Post.objects.filter(slug=values["slug"], title=values["title"]).first()
    if post is None or was_edited(post):
        return None
    demo = Event.objects.filter(why="demo").values("comment")
    return None if post.comments.exclude(pk__in=demo).exists() else post


def is_used(picture: Picture) -> bool:
    """Return True if a text or a card shows a picture."""
    texts = (Post.objects.containing_picture(picture), Page.objects.containing_picture(picture))
    return any(found.exists() for found in texts) or Post.objects.filter(thumbnail=picture).exists()
