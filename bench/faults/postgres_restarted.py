"""PostgreSQL restarted under load: `python -m bench.faults.postgres_restarted postgres`."""

import sys
import time

import httpx

from bench.faults import stand
from bench.faults.crowd import Crowd, counted, longest, longest_gap
from bench.faults.stand import Stand

AWAY = 2.0  # seconds
RESTARTS = ("fast", "immediate") * 5
BACK = 15.0  # seconds


def run(here: Stand) -> None:
    assert here.postgres
    here.site.start()
    running = {here.site.part("web")[0], here.site.part("worker")[0]}
    with Crowd(here.site.address, here.slugs, readers=2) as crowd:
        for how in RESTARTS:
            time.sleep(3)
            here.postgres.stop(how)
            time.sleep(AWAY)
            here.postgres.start()
        time.sleep(10)
    refused = [one for one in crowd.sent if one.status != 303]
    here.table.note("answers to senders", counted(crowd.sent))
    here.table.note("slowest", f"{longest(crowd.sent):.1f} s")
    silent = [one for one in refused if one.status != 503 or not one.gave_back]
    here.table.expect(
        "refused otherwise than by a 503 with the text", counted(silent) or 0, not silent
    )
    here.table.note("answers to readers of kept pages", counted(crowd.read))
    other = [one for one in crowd.read if one.status not in (200, 503)]
    here.table.expect("other answers to readers", counted(other) or 0, not other)
    gap = longest_gap(crowd.read, 200)
    here.table.expect(
        f"longest time without a page, {AWAY:.0f} s and a restart", f"{gap:.1f} s", gap < BACK
    )
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table)
    here.rows.consistent(here.table)
    still = {here.site.part("web")[0], here.site.part("worker")[0]} == running
    here.table.expect("web and worker are the same processes", still, still)
    fresh(here)
    found = here.postgres.check()
    here.table.expect("pg_amcheck", found or "nothing", not found)


def fresh(here: Stand) -> None:
    """Right after a restart every process shows what was changed after it."""
    assert here.postgres
    pages = [here.site.address + f"/reviews/{here.slugs[0]}/"] * 20
    stale = 0
    for number in range(5):
        here.postgres.stop("immediate")
        here.postgres.start()
        approve_one(number)
        stale += sum("Something new" not in once_well(page) for page in pages)
        hide_all()
    here.table.expect("stale pages in 5 restarts and changes, of 100", stale, stale == 0)


def once_well(page: str) -> str:
    """The page, when it comes."""
    for _try in range(50):
        answer = httpx.get(page, trust_env=False, timeout=10)
        if answer.status_code == 200:
            return answer.text
        time.sleep(0.2)
    return ""


def approve_one(number: int) -> None:
    """Puts a comment of the team's on the first post's page."""
    from django.db import close_old_connections, transaction

    from blog.models import Post
    from comments import moderation, submission
    from comments.models import Comment, Status

    close_old_connections()
    post = Post.objects.get(slug="review-1")
    comment = Comment(post=post, name="Mo", body=f"Something new, {number}.")
    submission.prepare(comment)
    with transaction.atomic():
        moderation.record_submission(comment, Status.APPROVED, "")


def hide_all() -> None:
    from bench import stage
    from comments import moderation
    from comments.models import Status

    moderation.reject(stage.ids(status=Status.APPROVED), None)


if __name__ == "__main__":
    sys.exit(stand.main("PostgreSQL restarted", run))
