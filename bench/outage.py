"""The spam check hangs for a minute: nobody who comments notices, and nobody has to help."""

import time
from collections import Counter
from statistics import median

from django.utils import timezone

from bench import stage
from bench.reader import Readers, Submission, say_refusals, shown
from bench.table import Table, ms, say
from comments.models import SpamService
from comments.screening import circuit_breaker, worker
from comments.screening.akismet import CHECK_DEADLINE
from tests.support.fake_akismet import Chooser, Mode, StandIn

OUTAGE = 60.0  # seconds
GOAL = 0.2  # seconds to take a comment
RECOVERY = 180.0  # seconds: two of the breaker's longest pauses after such an outage


def run(
    readers: Readers,
    stand_in: StandIn,
    by_label: Chooser,
    submissions: list[Submission],
    slugs: list[str],
    table: Table,
) -> None:
    """Sends comments one after another while the stand-in hangs, then lets it answer again."""
    say(f"The spam check hangs for {OUTAGE:.0f} s ...")
    shown_before, calls_before = shown(readers.pages(slugs)), len(stand_in.calls)
    stand_in.answer, start = Mode.NEVER, time.monotonic()
    taken = [readers.send(submission) for submission in submissions]
    times = [one.seconds for one in taken]
    say_refusals(taken)
    answers = Counter(one.status for one in taken)
    figure = ", ".join(f"{number} answered {status}" for status, number in answers.items())
    # 400 is about the comment itself, not about the outage.
    table.expect("during the outage, one after another", figure, answers.keys() <= {303, 400})
    table.expect("taking one: median", ms(median(times)), median(times) < GOAL)
    table.note("taking one: maximum", ms(max(times)))
    time.sleep(max(0.0, OUTAGE - (time.monotonic() - start)))
    calls = len(stand_in.calls) - calls_before
    table.expect(
        f"calls in {OUTAGE:.0f} s, the breaker allows {allowed()}", calls, calls <= allowed()
    )
    published = len(shown(readers.pages(slugs))) - len(shown_before)
    table.expect("published during the outage", published, published == 0)
    recover(stand_in, by_label, table)


def allowed() -> int:
    """Calls in an outage at most: one that fails alone (that counts as its comment's own fault),
    then as many as run at once, until their deadlines open the breaker; then one a pause."""
    now, probes = CHECK_DEADLINE, 0
    while (now := now + circuit_breaker.pause(probes + 1).total_seconds()) < OUTAGE:
        probes, now = probes + 1, now + CHECK_DEADLINE
    return 1 + worker.CHECKS_AT_ONCE + probes


def recover(stand_in: StandIn, by_label: Chooser, table: Table) -> None:
    """The service answers again: what waits is checked by itself."""
    say("It answers again ...")
    waiting, stand_in.answer = stage.checking(), by_label
    seconds = stage.wait(lambda: not stage.checking(), RECOVERY)
    if seconds is not None:
        table.expect(f"after it: until {waiting} were checked", f"{seconds:.1f} s", True)
        return
    service = SpamService.objects.get(pk=1)
    left = (service.next_probe_at - timezone.now()).total_seconds() if service.next_probe_at else 0
    table.expect(
        f"after it: still unchecked after {RECOVERY:.0f} s",
        f"{stage.checking()} of {waiting}; failures: {service.failures}, probe in {left:.0f} s",
        False,
    )
