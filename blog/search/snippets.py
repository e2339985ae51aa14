"""What a search shows of a post: masked text around the first word found, each hit marked."""

from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from blog.models import Post
from blog.search.tokens import PIECE, SYMBOL, fold, may_go_on, words_of

BEFORE, LENGTH = 80, 240  # signs


def title(post: Post, words: set[str]) -> SafeString:
    """The title with its hits marked."""
    return marked(post.title, words)


def text(post: Post, words: set[str]) -> SafeString:
    """The text around the first hit. Like a card, it takes nothing from the body of a post with
    major spoilers."""
    body = "" if post.has_major_spoilers else post.body_masked_text
    for source in (post.summary, body, post.verdict_text):
        if first := next(spans(source, words), None):
            return around(source, first[0], words)
    return marked(Truncator(post.excerpt).chars(LENGTH), words)


def around(source: str, at: int, words: set[str]) -> SafeString:
    """A piece of a text with the sign `at` in it, cut between words where there are any."""
    start = max(0, at - BEFORE)
    if start:
        start = max(start, source.find(" ", start, at) + 1)
    end = start + LENGTH
    if end < len(source):
        end = max(source.rfind(" ", at + 1, end), at + BEFORE)
    piece = marked(source[start:end].strip(), words)
    before, after = "…" if start else "", "…" if end < len(source) else ""
    return mark_safe(f"{before}{piece}{after}")  # noqa: S308  (`marked` escapes)


def marked(source: str, words: set[str]) -> SafeString:
    """A text as HTML with each hit in a `<mark>`."""
    parts, at = [], 0
    for start, end in spans(source, words):
        parts.append(f"{escape(source[at:start])}<mark>{escape(source[start:end])}</mark>")
        at = end
    parts.append(escape(source[at:]))
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


def spans(source: str, words: set[str]) -> Iterator[tuple[int, int]]:
    """Where a text holds one of the words: start and end of each hit, in order."""
    folded = fold(source)
    if not any(word in folded or word.startswith(SYMBOL) for word in words):
        return  # so for most texts: seen at once, not word by word
    beginnings = tuple(filter(may_go_on, words))
    for piece in PIECE.finditer(source):
        if piece["unspaced"]:
            yield from runs(piece[0], piece.start(), words)
        elif any(word in words or word.startswith(beginnings) for word in words_of(piece)):
            yield piece.span()


def runs(run: str, offset: int, words: set[str]) -> Iterator[tuple[int, int]]:
    """Where a run of signs without spaces holds one of the words."""
    folded, hit = fold(run), set[int]()
    if len(folded) != len(run):
        folded = run  # signs of half width: rare, and then left unmarked
    for at in range(len(folded)):
        for length in (1, 2):
            if folded[at : at + length] in words:
                hit.update(range(at, at + length))
    starts = [at for at in sorted(hit) if at - 1 not in hit]
    ends = [at + 1 for at in sorted(hit) if at + 1 not in hit]
    yield from ((offset + start, offset + end) for start, end in zip(starts, ends, strict=True))
