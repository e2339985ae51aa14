"""What somebody may have looked for whose words find nothing: for the search and the 404 page."""

import re
from difflib import get_close_matches

from django.db import DatabaseError
from django.db.models import Case, IntegerField, Value, When

from blog.models import Post
from core.text import fold, normalize

MAX_WORDS = 6  # the first ones of a text
MAX_SUGGESTIONS = 3
MAX_CANDIDATES = 50  # that are compared letter by letter
LIKENESS = 0.8  # of two words, as `difflib` measures it: one wrong letter in five, roughly


def find_words(text: str) -> list[str]:
    """Return the first words of a query, or of a part of an address, in lower case."""
    return re.findall(r"[^\W_]+", normalize(text).lower())[:MAX_WORDS]


def similar_posts(words: list[str]) -> list[Post]:
    """Return at most three published posts whose addresses have words spelt much like these.

    Those with most of them come first, then the newest; none without a database.
    """
    telling = [word for word in words if len(word) > 3 or not word.isascii()]
    # Databases can't compare spellings, but few typos change a word at its beginning and its end.
    ends = {end for word in telling for end in (word[:3], word[-3:])}
    if not ends:
        return []
    has_end = [
        Case(When(slug__contains=end, then=1), default=0, output_field=IntegerField())
        for end in ends
    ]
    posts = Post.objects.published().annotate(shared=sum(has_end, Value(0))).filter(shared__gt=0)
    try:
        found = list(
            posts.only("title", "slug").order_by("-shared", "-published_at")[:MAX_CANDIDATES]
        )
    except DatabaseError:
        return []
    likeness = {post: count_alike(telling, post.slug) for post in found}
    alike = [post for post in found if likeness[post]]
    return sorted(alike, key=lambda post: -likeness[post])[:MAX_SUGGESTIONS]


def count_alike(words: list[str], slug: str) -> int:
    """Return how many of these words a slug contains, perhaps spelt a little differently."""
    slug = fold(slug)
    parts, folded = slug.split("-"), map(fold, words)
    return sum(word in slug or bool(get_close_matches(word, parts, 1, LIKENESS)) for word in folded)
