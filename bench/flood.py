"""A site with any number of comments, written by the database itself.

Read once the settings are there: it uses the site's own models.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from blog.models import Post
from comments.models import Comment, Event

PIECES = 2_000  # of text; each comment has two of them
COMMON, MIDDLING, RARE, NEVER = "lantern", "harbour", "quibble", "zeppelin"
PERSON, ADDRESS = "ada.quist@example.org", "198.51.100.77"
FEW = 5  # comments hold the rare word; the person has sent as many, and the address
# Where the comments stand, of a thousand: 50 wait.
STATUS = """CASE WHEN n % 1000 * 7919 % 1000 < 50 THEN 'pending'
    WHEN n % 1000 * 7919 % 1000 < 100 THEN 'checking'
    WHEN n % 1000 * 7919 % 1000 < 300 THEN 'spam' WHEN n % 1000 * 7919 % 1000 < 400 THEN 'trash'
    ELSE 'approved' END"""
RESULT = "CASE WHEN n % 1000 * 7919 % 1000 BETWEEN 100 AND 299 THEN 'spam' ELSE 'ham' END"
# One in two hundred holds the middling word.
BODY = f"a.words || ' ' || b.words || CASE WHEN n % 200 = 7 THEN ' {MIDDLING}' ELSE '' END"
BROWSER = "'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'"
ON_SQLITE = {
    "series": "WITH RECURSIVE s(n) AS (SELECT {} UNION ALL SELECT n + 1 FROM s WHERE n < {})",
    "moment": "strftime('%Y-%m-%d %H:%M:%S', '{}', ({}) || ' seconds')",
    "digest": "lower(hex(randomblob(32)))",
    "uuid": "lower(hex(randomblob(16)))",
    "inet": "",
}
ON_POSTGRESQL = {
    "series": "WITH s(n) AS (SELECT generate_series({}, {}))",
    "moment": "timestamptz '{}+00' + ({}) * interval '1 second'",
    "digest": "md5(random()::text) || md5(random()::text)",
    "uuid": "gen_random_uuid()",
    "inet": "::inet",
}
SQL = ON_POSTGRESQL if connection.vendor == "postgresql" else ON_SQLITE


def comments(number: int) -> None:
    """As many more comments, each with one event, spread over all posts and a year."""
    last = Comment.objects.aggregate(last=models.Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # it is thrown away
            cursor.execute("PRAGMA cache_size = -600000")
            cursor.execute("PRAGMA synchronous = OFF")
        pieces(cursor)
        series = SQL["series"].format(last + 1, last + number)
        two = f"JOIN piece a ON a.k = n * 7 % {PIECES} JOIN piece b ON b.k = n / 7 % {PIECES}"
        insert(cursor, Comment, comment(), f"{series} SELECT {{}} FROM s {two}")
        passage = {"status_from": "''", "status_to": "status", "why": "''"}
        event = {"comment_id": "id", "act": SQL["uuid"], "at": "created_at", **passage}
        insert(cursor, Event, event, f"SELECT {{}} FROM comments_comment WHERE id > {last}")
        cursor.execute("DROP TABLE piece")
    settle()


def insert(cursor: Any, model: type[models.Model], values: dict[str, str], source: str) -> None:
    """Writes rows of a model; what has no value is empty."""
    columns = {
        field.column: values.get(field.column) or empty(field)
        for field in model._meta.local_concrete_fields
        if not field.primary_key or field.column in values
    }
    rows = source.format(", ".join(columns.values()))
    cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) {rows}")


def empty(field: models.Field) -> str:
    """Nothing, as a column keeps it."""
    if field.null:
        return "NULL"
    if isinstance(field, models.JSONField):
        return "'{}'"
    if isinstance(field, models.BooleanField):
        return "false"
    return "0" if isinstance(field, models.IntegerField) else "''"


def comment() -> dict[str, str]:
    """What stands in each column of comment `n`."""
    posts = list(Post.objects.order_by("pk").values_list("pk", flat=True))
    return {
        "id": "n",
        "post_id": f"{posts[0]} + n % {len(posts)}",
        "name": "'Person ' || n % 5000",
        "email": "'person' || n % 5000 || '@example.com'",
        "website": "CASE WHEN n % 3 = 0 THEN 'https://example.com/' || n % 900 ELSE '' END",
        "body": BODY,
        "body_html": f"'<p>' || {BODY} || '</p>'",
        "renderer": "'bench'",
        "status": STATUS,
        "created_at": moment(timezone.now() - timedelta(days=365), "n * 31"),
        "next_check_at": moment(timezone.now() + timedelta(days=1), "0"),
        "address": f"('203.0.' || n % 113 || '.' || n % 251){SQL['inet']}",
        "user_agent": BROWSER,
        "referrer": "'https://example.com/reviews/'",
        "fingerprint": SQL["digest"],
        "receipt": SQL["digest"],
        "result": RESULT,
        "reported_result": RESULT,
    }


def moment(since: datetime, seconds: str) -> str:
    return SQL["moment"].format(f"{since:%Y-%m-%d %H:%M:%S}", seconds)


def pieces(cursor: Any) -> None:
    """Short texts in which some words are frequent and most are not, as people write."""
    dice = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "er", "an")]
    words = ["".join(dice.choices(syllables, k=dice.randint(1, 3))) for _ in range(3_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    cursor.execute("CREATE TEMP TABLE piece (k integer PRIMARY KEY, words text)")
    for k in range(PIECES):
        text = dice.choices(words, weights, k=dice.randint(3, 14))
        text += [COMMON] if k % 6 == 0 else []
        cursor.execute("INSERT INTO piece VALUES (%s, %s)", [k, " ".join(text)])


def settle() -> None:
    """What the worker, or the database itself, would have done in the meantime."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # which never wrote so much at once: its log is empty
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("ANALYZE")  # as the worker does each day
            return
        cursor.execute("SELECT setval('comments_comment_id_seq', MAX(id)) FROM comments_comment")
        cursor.execute("VACUUM ANALYZE comments_comment, comments_event")


def plant() -> None:
    """Lets so many wait that every page is full, and writes into a few what few hold."""
    approved = Comment.objects.filter(status="approved").order_by("pk")
    some = list(approved.values_list("pk", flat=True)[:300])
    Comment.objects.filter(pk__in=some).update(status="pending")
    waiting = Comment.objects.filter(status="pending").order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[10 : 10 + 3 * FEW])
    Comment.objects.filter(pk__in=keys[:FEW]).update(body=f"A {RARE} about it.")
    Comment.objects.filter(pk__in=keys[FEW : 2 * FEW]).update(email=PERSON)
    Comment.objects.filter(pk__in=keys[2 * FEW :]).update(address=ADDRESS)
