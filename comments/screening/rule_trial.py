"""Trying new rules on the past: which approved comments they would have held."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from comments.models import Comment, Rule, Status
from comments.screening.rules import Matcher, distinct_words

PERIOD = timedelta(days=365)
BATCH_SIZE = 20_000  # comments that are in memory at once; some 10 MB
FEW = 10  # rules that are looked for in each comment more quickly than its words are collected
SHOWN = 20  # comments, and rules, that the page names


@dataclass
class Trial:
    """What new rules would have done: `number` of the comments that a person approved."""

    number: int = 0
    tried: int = 0  # approved comments of the year
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)  # by key and field
    rules: dict[tuple[str, str], Rule] = field(default_factory=dict)
    found: dict[int, Rule] = field(default_factory=dict)  # of the newest ones, by their ids

    @property
    def unshown(self) -> int:
        """Return how many of the comments the page does not list."""
        return self.number - len(self.found)

    @property
    def most_frequent(self) -> list[tuple[Rule, int]]:
        """Return the rules that would have stopped most comments, with the number of those."""
        most = self.by_rule.most_common(SHOWN)
        return [(self.rules[name], number) for name, number in most]

    def comments(self) -> list[tuple[Comment, Rule]]:
        """Return the newest of the comments, each with the rule that it meets."""
        rows = Comment.objects.select_related("post").in_bulk(list(self.found))
        return [(rows[pk], rule) for pk, rule in self.found.items() if pk in rows]


def try_on_past(rules: Iterable[Rule]) -> Trial:
    """Try unsaved rules on the readers' comments of the last year that are approved.

    Nothing is changed. All comments are read once, however many rules there are: where there are
    more than a few, the words of a batch tell at once which of them can match in it at all.
    """
    matcher, trial = Matcher(rules), Trial()
    rows = (
        Comment.objects.filter(
            status=Status.APPROVED, user=None, created_at__gt=timezone.now() - PERIOD
        )
        .order_by("-created_at", "-pk")
        .values_list("pk", "search_text", "address")
        .iterator(chunk_size=BATCH_SIZE)
    )
    while batch := list(islice(rows, BATCH_SIZE)):
        trial.tried += len(batch)
        likely = matcher
        if len(matcher.rules) > FEW:
            likely = matcher.only_likely(distinct_words(text for _pk, text, _address in batch))
        for pk, text, address in batch if likely.rules else ():
            if rule := likely.first_match(text, address):
                record(trial, pk, rule)
    return trial


def record(trial: Trial, pk: int, rule: Rule) -> None:
    """Count a comment that meets a rule; keep the first ones."""
    name = rule.key, rule.field
    trial.number += 1
    trial.by_rule[name] += 1
    trial.rules[name] = rule
    if len(trial.found) < SHOWN:
        trial.found[pk] = rule
