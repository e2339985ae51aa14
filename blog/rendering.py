"""Rendering what an author writes: Markdown to HTML and masked text, and its length."""

import hashlib
import math
import re
import unicodedata
from html import unescape

from django.conf import settings

import markup
from blog.models.picture import Picture

WORDS_PER_MINUTE = 230  # silent reading of English prose: Brysbaert 2019, 238 for non-fiction
# Kana, Han characters, Thai and Lao: written without spaces.
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


# The first paragraph of a text, up to its first spoiler.
FIRST_PARAGRAPH = re.compile("<p>(.*?)(?:</p>|<[^>]*spoiler)", re.DOTALL)
INITIAL_LENGTH = 260  # characters: more than the three lines that an initial takes
INITIAL_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def render_body(
    text: str, *, eager_first_image: bool = False, id_prefix: str = ""
) -> markup.Rendered:
    """Render an author's Markdown with what is known of the pictures that it names.

    Pass `eager_first_image` for a text whose first picture is the first one on the page.
    """
    return markup.render_post(
        text,
        pictures=Picture.objects.by_url(markup.picture_addresses(text)),
        site_url=settings.SITE_URL,
        language=settings.LANGUAGE_CODE,
        eager_first_image=eager_first_image,
        typography=settings.TYPOGRAPHY,
        id_prefix=id_prefix,
    )


def renderer_version() -> str:
    """Return what rendered text depends on: version, language, and the address in its links."""
    site = hashlib.sha256(settings.SITE_URL.encode()).hexdigest()[:8]
    marks = "" if settings.TYPOGRAPHY else "-plain"
    return f"{markup.version(settings.LANGUAGE_CODE)}-{site}{marks}"


def count_words(text: str) -> tuple[int, int]:
    """Return the number of words in a plain text and the minutes that reading it takes.

    In scripts without spaces between words, each character counts as half a word.
    """
    parts = UNSPACED.sub(" ", text).split()
    words = sum(any(map(str.isalnum, part)) for part in parts) + len(UNSPACED.findall(text)) // 2
    return words, math.ceil(words / WORDS_PER_MINUTE)


def has_initial(html: str) -> bool:
    """Return True if a rendered text may begin with an initial of three lines.

    Its first paragraph must be longer than that, and begin in a script that has such initials.
    """
    first = FIRST_PARAGRAPH.match(html)
    text = unescape(re.sub("<[^>]*>", "", first[1])).strip() if first else ""
    letter = next(filter(str.isalnum, text[:3]), "")
    is_in_script = letter and unicodedata.name(letter, "").startswith(INITIAL_SCRIPTS)
    return bool(is_in_script) and len(text) >= INITIAL_LENGTH
