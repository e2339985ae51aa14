"""The classifier: a second opinion of our own, learned from what moderators decided on this site.

The worker learns anew from the comments as they stand whenever the decisions have changed. So a
decision that was undone, a text that was edited and a comment that was deleted need no code here:
the next lesson is without them. The classifier publishes and deletes nothing. It says how likely a
comment is spam; `comments.moderation` holds as spam what reaches the owner's threshold.
"""

import hashlib
import logging
import sys
import threading
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import SCORED, ClassifierState, Comment, CommentSettings, Event, Status
from comments.screening import logistic
from comments.screening.features import describe, indices_of
from pagecache.version import invalidate_pages

MINIMUM = 50  # decisions of each kind, below which the classifier says nothing
LESSONS = 2_500  # of each kind, the newest: more take long and tell little
TELLING_WORDS = 5  # stored with a comment, for spam and against it
TELLING_WEIGHT = 0.05  # a word that changes the sum by less is not named
LABEL_LENGTH = 40

FIELDS = ["likelihood", "likelihood_words", "likelihood_version"]
BATCH_SIZE = 100  # comments in one transaction, so that nobody waits long for the write lock
PAUSE = 0.02  # seconds between two transactions, in which others can write
READ_SIZE = 500  # texts in memory at once

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Classifier:
    """What was learned last; without weights, too few decisions to say anything."""

    version: int = 0
    digest: str = ""
    weights: logistic.Weights | None = None

    def score(self, comments: Iterable[Comment]) -> None:
        """Set, without saving, how likely each comment is spam, and the words that tell most."""
        for comment in comments:
            comment.likelihood, comment.likelihood_words = self.opinion(comment)
            comment.likelihood_version = self.version

    def opinion(self, comment: Comment) -> tuple[float | None, dict[str, list[str]]]:
        """Return the likelihood of spam, 0 to 1, and the words for spam and against it."""
        if self.weights is None or comment.is_by_team:
            return None, {}
        groups = describe(comment)
        indices = sorted({index for group in groups for index in group.indices})
        likelihood = round(logistic.predict(self.weights, indices), 4)
        weighed = logistic.scaled(self.weights, indices)
        sums: dict[str, float] = {}
        for label, group in groups:
            if label and label not in sums:
                sums[label] = sum(map(weighed.__getitem__, group))
        return likelihood, telling_words(sums)


def telling_words(sums: dict[str, float]) -> dict[str, list[str]]:
    """Return the words with the greatest weights, for spam and against it."""
    told = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))
    told = [(label[:LABEL_LENGTH], value) for label, value in told if abs(value) > TELLING_WEIGHT]
    return {
        "spam": [label for label, value in told if value > 0][:TELLING_WORDS],
        "ham": [label for label, value in told if value < 0][:TELLING_WORDS],
    }


_loaded: list[Classifier] = [Classifier()]  # one for the process; a thread replaces it whole


def current_classifier() -> Classifier:
    """Return what was learned last. It is read once in each process, then only its version is."""
    state = ClassifierState.objects.filter(pk=1)
    known = state.values_list("version", "digest").first()
    if known is None:
        return Classifier()
    loaded = _loaded[0]
    if (loaded.version, loaded.digest) != known:
        row = state.get()
        loaded = Classifier(row.version, row.digest, unpack(bytes(row.weights)))
        _loaded[0] = loaded
    return loaded


def has_opinions() -> bool:
    """Return True if the classifier has seen enough decisions to say something."""
    return ClassifierState.objects.filter(pk=1, ham__gte=MINIMUM, spam__gte=MINIMUM).exists()


def pack(weights: logistic.Weights | None) -> bytes:
    """Return weights as they are stored: little-endian, and deflated, because most are 0."""
    if weights is None:
        return b""
    stored = array("h", weights)
    if sys.byteorder == "big":
        stored.byteswap()
    return zlib.compress(stored.tobytes())


def unpack(stored: bytes) -> logistic.Weights | None:
    """Return stored weights."""
    if not stored:
        return None
    weights = array("h", zlib.decompress(stored))
    if sys.byteorder == "big":
        weights.byteswap()
    return weights


# --- A new comment ------------------------------------------------------------------------------


def score(comments: Iterable[Comment]) -> None:
    """Store how likely comments are spam, in the transaction that moves them."""
    scored, classifier = list(comments), current_classifier()
    if classifier.weights is not None:
        classifier.score(scored)
        Comment.objects.bulk_update(scored, FIELDS)


def sort_out(
    comments: Iterable[Comment], to: Status, reason: str
) -> list[tuple[Status, str, list[Comment]]]:
    """Return where scored comments go that would go to a status, with the reason.

    Of those that would wait for a moderator, the ones that reach the owner's threshold are held
    as spam; without a threshold none is.
    """
    comments = list(comments)
    has_opinion = any(comment.likelihood is not None for comment in comments)
    if to != Status.PENDING or not has_opinion:
        return [(to, reason, comments)]
    threshold = CommentSettings.load().classifier_threshold
    if threshold is None:
        return [(to, reason, comments)]
    held = _("Held as spam by this site's classifier (threshold: %(threshold)d%%).") % {
        "threshold": threshold
    }
    likely: list[Comment] = []
    others: list[Comment] = []
    for comment in comments:
        percent = comment.likelihood_percent
        is_likely = percent is not None and percent >= threshold
        (likely if is_likely else others).append(comment)
    return [(to, reason, others), (Status.SPAM, f"{reason} {held}".strip(), likely)]


def first_status(comment: Comment, reason: str) -> tuple[Status, str]:
    """Score a new comment that nothing else checks, without saving; return status and reason."""
    current_classifier().score([comment])
    for status, why, group in sort_out([comment], Status.PENDING, reason):
        if group:
            return status, why
    return Status.PENDING, reason


# --- Learning, in the worker --------------------------------------------------------------------


def decided(status: Status) -> QuerySet[Comment]:
    """Return the comments that a person gave this status, the newest decisions first.

    The team's own comments are no lessons, and the emptied ones of the purge have nothing to teach.
    """
    decisions = Event.objects.decisions().filter(comment=OuterRef("pk"), status_to=status)
    comments = Comment.objects.filter(
        Exists(decisions), status=status, user=None, decided_at__isnull=False
    )
    return comments.exclude(body="").order_by("-decided_at", "-pk")


def learn_decisions(stopping: threading.Event | None = None) -> None:
    """Learn anew from the decisions as they stand, if they have changed since the last time."""
    before = ClassifierState.objects.defer("weights").filter(pk=1).first() or ClassifierState()
    lessons = {status: lesson_keys(status) for status in (Status.APPROVED, Status.SPAM)}
    digest = hashlib.blake2b(repr(lessons).encode(), digest_size=16).hexdigest()
    if digest == before.digest:
        return
    ham, spam = (len(keys) for keys in lessons.values())
    weights = None
    if min(ham, spam) >= MINIMUM:
        weights = logistic.fit(read_lessons(lessons), stopping)
        if weights is None:
            return  # the worker stops
    after = {"ham": ham, "spam": spam, "digest": digest, "weights": pack(weights)}
    is_stored = store(before, {**after, "trained_at": timezone.now()})
    log.info("classifier learned", extra={"ham": ham, "spam": spam, "stored": is_stored})


def lesson_keys(status: Status) -> list[tuple[int, str]]:
    """Return the lessons of one kind, in the order of their keys: each comment and its hash."""
    newest = decided(status).values_list("pk", flat=True)[:LESSONS]
    hashed = Comment.objects.filter(pk__in=list(newest)).annotate(hash=MD5("search_text"))
    return list(hashed.order_by("pk").values_list("pk", "hash"))


def read_lessons(keys: dict[Status, list[tuple[int, str]]]) -> Iterator[logistic.Lesson]:
    """Yield the lessons. One that was decided otherwise meanwhile changes the next digest."""
    for status, pairs in keys.items():
        ids = [pk for pk, _hash in pairs]
        for start in range(0, len(ids), READ_SIZE):
            some = Comment.objects.filter(pk__in=ids[start : start + READ_SIZE])
            for comment in some.only("name", "email", "website", "body").order_by("pk"):
                yield logistic.Lesson(indices_of(comment), status == Status.SPAM)


def store(before: ClassifierState, fields: dict[str, Any]) -> bool:
    """Store what was learned; return False if another worker has learned meanwhile.

    A new version makes the likelihood of every waiting comment due. The privacy page changes when
    the classifier begins to speak, or falls silent.
    """
    speaks, spoke = bool(fields["weights"]), min(before.ham, before.spam) >= MINIMUM
    fields["version"] = before.version + 1 if speaks or spoke else before.version
    with transaction.atomic():
        ClassifierState.objects.get_or_create(pk=1)
        unchanged = ClassifierState.objects.filter(pk=1, digest=before.digest)
        is_stored = bool(unchanged.update(**fields))
        if is_stored and speaks != spoke:
            invalidate_pages()
    return is_stored


def score_waiting(stopping: threading.Event) -> None:
    """Score what waits for moderators and was not scored by what was learned last."""
    while not stopping.is_set():
        classifier = current_classifier()
        due = Comment.objects.filter(
            status__in=SCORED, user=None, likelihood_version__lt=classifier.version
        ).exclude(body="")
        newest = due.order_by("likelihood_version", "-pk").values_list("pk", flat=True)
        ids = list(newest[:BATCH_SIZE])
        if not ids:
            return
        with transaction.atomic():
            comments = list(due.filter(pk__in=ids).select_for_update().order_by("pk"))
            classifier.score(comments)
            Comment.objects.bulk_update(comments, FIELDS)
        stopping.wait(PAUSE)
