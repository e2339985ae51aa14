"""The owner's rules: which of them a comment meets, and what becomes of it.

Rules never publish anything. They are compared with the folded fields of a comment, so case, width
and accents do not matter. A pattern matches whole words; `*` stands for any characters up to the
next space. Scripts without spaces between words, such as Chinese, match anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import Comment, CommentSettings, Rule, RuleAction, RuleField, Status
from comments.models.comment import folded_fields

STATUS_OF = {
    RuleAction.HOLD: Status.PENDING,
    RuleAction.SPAM: Status.SPAM,
    RuleAction.TRASH: Status.TRASH,
}
STRICTEST_FIRST = [RuleAction.TRASH, RuleAction.SPAM, RuleAction.HOLD]
FIELDS = ["text", "name", "email", "website"]  # of `folded_fields`, as they are tried
SPACE = re.compile(r"\s")
# Thai to Myanmar, Khmer, kana, bopomofo, ideographs, and Hangul, where particles join the word.
UNSPACED = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a comment by the rules. `reason` is a sentence for moderators."""

    action: RuleAction
    reason: str
    rule: Rule | None = None  # None for the number of links


def judge(comment: Comment, settings: CommentSettings) -> Verdict | None:
    """Return what the rules say about a comment with its `search_text` and HTML; None if nothing.

    The strictest action counts.
    """
    if rule := Matcher(Rule.objects.all()).first_match(comment.search_text, comment.address):
        action = RuleAction(rule.action)
        return Verdict(action, reason_of(rule), rule)
    links = count_links(comment.body_html)
    if settings.hold_links and links >= settings.hold_links:
        reason = ngettext("Held: it has %(n)d link.", "Held: it has %(n)d links.", links)
        return Verdict(RuleAction.HOLD, reason % {"n": links})
    return None


def reason_of(rule: Rule) -> str:
    """Return the sentence that names the rule to moderators.

    It is kept as long as the comment, so it does not repeat the IP address of one person.
    """
    network = parse_network(rule.pattern) if rule.field == RuleField.ADDRESS else None
    if network and network.num_addresses == 1:
        return {
            RuleAction.HOLD: _("Held by a rule for its IP address."),
            RuleAction.SPAM: _("Moved to Spam by a rule for its IP address."),
            RuleAction.TRASH: _("Moved to Trash by a rule for its IP address."),
        }[RuleAction(rule.action)]
    sentence = {
        RuleAction.HOLD: _("Held by the rule %(rule)s."),
        RuleAction.SPAM: _("Moved to Spam by the rule %(rule)s."),
        RuleAction.TRASH: _("Moved to Trash by the rule %(rule)s."),
    }[RuleAction(rule.action)]
    return sentence % {"rule": rule}


def count_links(html: str) -> int:
    """Return the number of links in a comment's HTML that lead to another page."""
    return html.count("<a ") - html.count('<a href="#')


class Matcher:
    """Rules prepared for many comments, the strictest first."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(
            rules, key=lambda rule: (STRICTEST_FIRST.index(RuleAction(rule.action)), rule.pk or 0)
        )
        self.rules = [(rule, prepare(rule)) for rule in ordered]
        self.needs_address = any(isinstance(test, NetworkTest) for _rule, test in self.rules)

    def first_match(self, search_text: str, address: str | None) -> Rule | None:
        """Return the strictest rule that a comment's `search_text` or IP address meets, or None."""
        sender = ip_address(address) if address and self.needs_address else None
        for rule, test in self.rules:
            if isinstance(test, NetworkTest):
                if sender is not None and sender in test.network:
                    return rule
            # Almost always False, and quick to tell.
            elif test.anchor in search_text and matches_in(rule, test, search_text):
                return rule
        return None

    def only_likely(self, words: str) -> "Matcher":
        """Return a matcher with the rules that texts can meet which consist of these words."""
        likely = Matcher([])
        likely.rules = [
            (rule, test)
            for rule, test in self.rules
            if isinstance(test, NetworkTest) or test.anchor in words
        ]
        likely.needs_address = self.needs_address
        return likely


def matches_in(rule: Rule, test: "WordTest", search_text: str) -> bool:
    """Return True if one of the fields where a rule looks matches."""
    fields = folded_fields(search_text)
    places = FIELDS if rule.field == RuleField.ANY else [rule.field]
    return any(test.matches(fields.get(place, "")) for place in places)


@dataclass(frozen=True)
class NetworkTest:
    """A rule about addresses."""

    network: IPv4Network | IPv6Network


@dataclass
class WordTest:
    """A rule about words. `pieces` is the folded pattern, split at each `*`."""

    pieces: list[str] = field(default_factory=list)
    open_start: bool = False  # the pattern begins with `*`
    open_end: bool = False

    @cached_property
    def anchor(self) -> str:
        """Return the longest part without a space: a text without it cannot match."""
        return max((part for piece in self.pieces for part in piece.split()), key=len)

    def matches(self, text: str) -> bool:
        """Return True if a folded text contains the pattern; the time grows with its length."""
        if self.anchor not in text:
            return False
        first, start, is_single = self.pieces[0], 0, len(self.pieces) == 1
        if any(" " in piece for piece in self.pieces):
            text = " ".join(text.split())
        while True:
            start = find(
                first,
                text,
                start,
                len(text),
                at_start=not self.open_start,
                at_end=is_single and not self.open_end,
            )
            if start < 0:
                return False
            end = end_of_run(text, start + len(first))
            if is_single or self.rest_follows(text, start + len(first), end):
                return True
            # What follows a later beginning before the same space has followed this one, too.
            start = max(start + 1, end - len(first) + 1)

    def rest_follows(self, text: str, start: int, end: int) -> bool:
        """Return True if the other pieces follow one another in a part of the text."""
        for number, piece in enumerate(self.pieces[1:], 2):
            is_last = number == len(self.pieces)
            found = find(piece, text, start, end, at_end=is_last and not self.open_end)
            if found < 0:
                return False
            start = found + len(piece)
        return True


def prepare(rule: Rule) -> NetworkTest | WordTest:
    """Return the test of a valid rule."""
    if rule.field == RuleField.ADDRESS and (network := parse_network(rule.pattern)):
        return NetworkTest(network)
    key = rule.key
    pieces = [piece.strip() for piece in key.split("*") if piece.strip()]
    return WordTest(pieces, open_start=key.startswith("*"), open_end=key.endswith("*"))


def parse_network(text: str) -> IPv4Network | IPv6Network | None:
    """Return the network that a text names; a single address is one, too. None for other texts."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def find(
    piece: str, text: str, start: int, end: int, *, at_start: bool = False, at_end: bool = False
) -> int:
    """Return where a piece stands in a part of a text, or -1.

    With `at_start` it begins, and with `at_end` it ends where a word does.
    """
    while (start := text.find(piece, start, end)) >= 0:
        after = start + len(piece)
        begins = not at_start or not start or is_boundary(text[start - 1], piece[0])
        ends = not at_end or after == len(text) or is_boundary(piece[-1], text[after])
        if begins and ends:
            return start
        start += 1
    return -1


def is_boundary(before: str, after: str) -> bool:
    """Return True if no word goes on from one character to the next."""
    return not (joins(before) and joins(after))


def joins(char: str) -> bool:
    """Return True for the letters, marks and digits of scripts that have spaces between words."""
    is_part = char.isalnum() or unicodedata.category(char).startswith("M")
    return is_part and not UNSPACED.match(char)


def end_of_run(text: str, start: int) -> int:
    """Return where the next space stands, or where the text ends."""
    space = SPACE.search(text, start)
    return space.start() if space else len(text)


def distinct_words(texts: Iterable[str]) -> str:
    """Return every word of some texts once, in one string."""
    words: set[str] = set()
    for text in texts:
        words.update(text.split())
    return " ".join(words)


def strictest_first(rules: Iterable[Rule]) -> Iterator[tuple[RuleAction, list[Rule]]]:
    """Yield each action that rules have, with its rules, the strictest first."""
    every = list(rules)
    for action in STRICTEST_FIRST:
        if having := [rule for rule in every if rule.action == action]:
            yield action, having
