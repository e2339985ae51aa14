"""Move a site from SQLite to PostgreSQL with the commands in docs/growing.md."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.support.site_cluster import Cluster, database_url

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="DATABASE_URL names no PostgreSQL to move to"
    ),
]
FILE = "/var/lib/verdict/move.jsonl.gz"
COMMAND = re.compile(r"^    verdict ((?:dumpdata|loaddata|render_again) .*)$", re.MULTILINE)
# Ids with gaps, a group that was created again, a redirect, and a user in both groups.
FILL = """
from django.contrib.auth.models import Group, User
from django.contrib.redirects.models import Redirect
from django.db import transaction
from django.utils import timezone
from blog.models import Post
from comments import moderation, submission
from comments.apps import make_moderators
from comments.models import Comment, Status
User.objects.create_user("gone").delete()
Group.objects.filter(name="Moderators").delete()
make_moderators("default")
ada = User.objects.create_user("ada", "ada@example.org", "a long enough one", is_staff=True)
ada.groups.set(Group.objects.all())
Redirect.objects.create(site_id=1, old_path="/reviews/old/", new_path="/reviews/metallic-rain/")
Post.objects.create(title="Gone", slug="gone", body="Gone.", author=ada).delete()
post = Post.objects.create(title="Metallic Rain", slug="metallic-rain", body="It ||rains|| gold.",
                           author=ada, spoiler_level="none", published_at=timezone.now())
first = None
for number in range(5):
    comment = Comment(post=post, parent=first, name="Rita", email="r@example.com",
                      body=f"number {number}", user=None if number else ada)
    submission.prepare(comment)
    with transaction.atomic():
        moderation.record_submission(comment, Status.APPROVED if number < 4 else Status.PENDING, "")
    first = first or comment
"""
LOOK = """
import json, threading
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from blog.search import index
from comments.models import Comment, Event
settings.ALLOWED_HOSTS = ["*"]
index.index_due_posts(threading.Event())
paths = ["/", "/reviews/metallic-rain/", "/comments/feed/", "/search/?q=gold", "/sitemap.xml"]
found = {path: Client().get(path).content.decode() for path in paths}
found["old"] = Client().get("/reviews/old/")["Location"]
found["groups"] = sorted(User.objects.get().groups.values_list("name", flat=True))
found["password"] = User.objects.get().check_password("a long enough one")
found["comments"] = list(Comment.objects.order_by("pk").values_list(
    "pk", "parent", "body", "status", "user__username"))
found["events"] = list(Event.objects.order_by("pk").values_list("pk", "comment", "status_to"))
print(json.dumps(found))
"""
NEW = """
from blog.models import Post
from comments.models import Comment
from django.contrib.auth.models import User
user = User.objects.create_user("zoe")
Post.objects.create(title="New", slug="new", body="New.", author=user)
"""


def commands(file: Path) -> list[list[str]]:
    """Return the commands in docs/growing.md with another file name."""
    told = (settings.BASE_DIR / "docs" / "growing.md").read_text()
    found = [shlex.split(line) for line in COMMAND.findall(told)]
    return [[str(file) if word == FILE else word for word in line] for line in found]


def look(site: Cluster) -> Any:
    found = json.loads(site.manage("shell", "-v0", "-c", LOOK))
    # JSON only keeps milliseconds.
    return {
        name: re.sub(r"(T\d\d:\d\d:\d\d)\.\d+", r"\1", value) if isinstance(value, str) else value
        for name, value in found.items()
    }


def test_all_data_is_there_after_the_move(tmp_path):
    file = tmp_path / "move.jsonl.gz"
    common = {"REDIS_URL": "", "DEBUG": "on", "SITE_URL": settings.SITE_URL}
    old = Cluster(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/old.sqlite3", **common)
    new = Cluster(tmp_path, DATABASE_URL=database_url(), **common)
    dump, load, render = commands(file)
    assert [dump[0], load[0], render[0]] == ["dumpdata", "loaddata", "render_again"]
    old.manage("migrate", "-v0")
    old.manage("shell", "-v0", "-c", FILL)
    before = look(old)
    old.manage(*dump)
    new.manage("migrate", "-v0")  # a test before may have left another address of the site
    new.manage(*load)
    new.manage(*render)
    after = look(new)
    assert after == before
    assert "No results for" not in after["/search/?q=gold"]
    assert len(after["comments"]) == 5
    new.manage("shell", "-v0", "-c", NEW)  # the sequences continue after the existing ids
