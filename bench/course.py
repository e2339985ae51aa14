"""The way of many comments: sent, kept back, checked, approved, shown."""

import time
from collections import Counter
from itertools import pairwise
from statistics import median, quantiles

from bench import stage
from bench.moderator import Moderator
from bench.page_faults import faults
from bench.reader import Readers, Submission, Taken, say_refusals, shown
from bench.table import Table, ms, say
from comments.models import Comment, Status
from tests.support.fake_akismet import StandIn

CHECK_SECONDS = 300.0  # all of them must be checked by then
QUEUE_LOOKS = 10


def run(
    readers: Readers,
    moderator: Moderator,
    stand_in: StandIn,
    submissions: list[Submission],
    slugs: list[str],
    table: Table,
) -> None:
    """Sends all, and holds the site to its word at each step."""
    say(f"Sending {len(submissions)} comments, several at once ...")
    start = time.monotonic()
    taken = readers.send_all(submissions)
    sent_at = time.monotonic()
    waiting = stage.checking()
    arrived(taken, sent_at - start, table)
    nothing_shown(readers, slugs, table)
    if stage.wait(lambda: not stage.checking(), CHECK_SECONDS) is None:
        table.expect("still checking after 5 min", stage.checking(), False)
        return
    checked(taken, stand_in, table)
    table.note("waiting for the check when the last was sent", waiting)
    table.note(
        "until all were checked, from the last one sent", f"{time.monotonic() - sent_at:.1f} s"
    )
    say("Approving the ham, and reading all pages ...")
    look_at_queue(moderator, table)
    approve(moderator, table)
    all_shown(readers, slugs, table)


def arrived(taken: list[Taken], seconds: float, table: Table) -> None:
    """Every 303 is a row, and every other answer has its reason."""
    spam = sum(one.submission.sample.is_spam for one in taken)
    table.note("comments sent", f"{len(taken)} ({len(taken) - spam} ham, {spam} spam)")
    by_status = Counter(one.status for one in taken)
    for status, number in sorted(by_status.items()):
        # 400 is about the comment itself: a person looks at the reasons.
        table.expect(f"answered {status}", number, status in (303, 400))
    say_refusals(taken)
    rows = len(stage.ids())
    table.expect("in the database, one for each 303", rows, rows == by_status[303])
    times = [one.seconds for one in taken if one.status == 303]
    cuts = quantiles(times, n=100)
    table.note("comments taken a second", f"{len(times) / seconds:.0f}")
    table.note("taking one: p50 / p95 / p99", " / ".join(ms(cuts[n - 1]) for n in (50, 95, 99)))


def nothing_shown(readers: Readers, slugs: list[str], table: Table) -> None:
    """Nobody has approved anything yet."""
    pages = readers.pages(slugs)
    found = len(shown(pages))
    table.expect(f"shown before approval, on {len(pages)} pages", found, found == 0)


def checked(taken: list[Taken], stand_in: StandIn, table: Table) -> None:
    """Each comment stands where its label says, after one call each."""
    spam = {one.submission.address: one.submission.sample.is_spam for one in taken}
    rows = Comment.objects.values_list("address", "status")
    wrong = sum(status != (Status.SPAM if spam[at] else Status.PENDING) for at, status in rows)
    table.expect("checked with another status than the label's", wrong, wrong == 0)
    times = sorted(call.time for call in stand_in.calls_to("comment-check"))
    table.expect("calls to the spam check", len(times), len(times) == len(rows))
    table.note("checks a second", f"{len(times) / (times[-1] - times[0]):.0f}")
    longest = max(after - before for before, after in pairwise(times))
    table.note("longest pause between two checks", f"{longest:.1f} s")


def look_at_queue(moderator: Moderator, table: Table) -> None:
    """The queue's first and last page with all ham waiting."""
    waiting = len(stage.ids(status=Status.PENDING))
    last = (waiting + 49) // 50
    for name, number in (("first", 1), ("last", last)):
        seconds = median(moderator.queue(number)[1] for _ in range(QUEUE_LOOKS))
        table.note(f"{name} page of the queue, {waiting} pending (median)", ms(seconds))


def approve(moderator: Moderator, table: Table) -> None:
    """All that waits, through the queue's form."""
    waiting = len(stage.ids(status=Status.PENDING))
    approved, times = moderator.approve_all()
    table.expect("approved through /moderation/", approved, approved == waiting)
    table.note("approving 50 at once (median)", ms(median(times)))


def all_shown(readers: Readers, slugs: list[str], table: Table) -> None:
    """Every approved comment once, nothing else, on pages that are whole and harmless."""
    start = time.monotonic()
    pages = readers.pages(slugs)
    per_page = (time.monotonic() - start) / len(pages)
    found, approved = sorted(shown(pages)), sorted(stage.ids(status=Status.APPROVED))
    met = found == approved and len(approved) > 0
    table.expect(f"shown after approval, on {len(pages)} pages", len(found), met)
    table.note("a page of up to 50 threads, rendered anew (mean)", ms(per_page))
    wrong = [f"{path}: {fault}" for path, page in pages.items() for fault in faults(page)]
    for fault in wrong[:50]:
        say(fault)
    table.expect("faults of these pages (parse errors, scripts, schemes)", len(wrong), not wrong)
