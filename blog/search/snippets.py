"""What a search result shows of a post: the masked text around the first match, matches marked."""

from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from blog.models import Post
from blog.search.tokens import SEGMENT, SYMBOL_PREFIX, allows_prefix, segment_tokens
from core.text import fold

CONTEXT_BEFORE, SNIPPET_LENGTH = 80, 240  # characters


def snippet_html(post: Post, tokens: set[str]) -> SafeString:
    """Return the text around the first match, never of a body with major spoilers."""
    body = "" if post.has_major_spoilers else post.body_masked_text
    for text in (post.summary, body, post.verdict_text):
        if match := next(find_matches(text, tokens), None):
            return snippet_around(text, match[0], tokens)
    return highlight(Truncator(post.excerpt).chars(SNIPPET_LENGTH), tokens)


def snippet_around(text: str, position: int, tokens: set[str]) -> SafeString:
    """Return a part of a text that holds a position, cut between words where there are any."""
    start = max(0, position - CONTEXT_BEFORE)
    if start:
        start = max(start, text.find(" ", start, position) + 1)
    end = start + SNIPPET_LENGTH
    if end < len(text):
        end = max(text.rfind(" ", position + 1, end), position + CONTEXT_BEFORE)
    snippet = highlight(text[start:end].strip(), tokens)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return mark_safe(f"{before}{snippet}{after}")  # noqa: S308  (`highlight` escapes)


def highlight(text: str, tokens: set[str]) -> SafeString:
    """Return a text as HTML with each match in a `<mark>` element."""
    parts, position = [], 0
    for start, end in find_matches(text, tokens):
        parts.append(f"{escape(text[position:start])}<mark>{escape(text[start:end])}</mark>")
        position = end
    parts.append(escape(text[position:]))
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


def find_matches(text: str, tokens: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each match in a text, in order."""
    normalized = fold(text)
    if not any(token in normalized or token.startswith(SYMBOL_PREFIX) for token in tokens):
        return  # true of most texts: decided for the text as a whole, not word by word
    prefixes = tuple(filter(allows_prefix, tokens))
    for segment in SEGMENT.finditer(text):
        if segment["unspaced"]:
            yield from find_unspaced_matches(segment[0], segment.start(), tokens)
        elif any(
            token in tokens or token.startswith(prefixes) for token in segment_tokens(segment)
        ):
            yield segment.span()


def find_unspaced_matches(run: str, offset: int, tokens: set[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each match in a run without spaces, which is at `offset`."""
    normalized, matched = fold(run), set[int]()
    if len(normalized) != len(run):
        normalized = run  # half-width characters are rare, and stay without marks
    for position in range(len(normalized)):
        for length in (1, 2):
            if normalized[position : position + length] in tokens:
                matched.update(range(position, position + length))
    starts = [position for position in sorted(matched) if position - 1 not in matched]
    ends = [position + 1 for position in sorted(matched) if position + 1 not in matched]
    yield from ((offset + start, offset + end) for start, end in zip(starts, ends, strict=True))
