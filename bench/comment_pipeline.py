"""Send real comments through a running site: `python -m bench.comment_pipeline`.

They are sent through the form, checked by a stand-in for Akismet that answers with the
labels that people gave them, approved in the moderation queue, and looked for on the pages. Each
step checks what the site guarantees.
"""

import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

import httpx

from bench import corpus, site
from bench.html_checks import problems
from bench.table import Table, milliseconds, say
from tests.support.comment_sender import CommentSender, address_of
from tests.support.fake_akismet import Mode, StandIn

SENDERS = 8
CHECK_SECONDS = 300.0
COMMENT_ID = re.compile(r'id="comment-(\d+)"')
ERROR = re.compile(r'<p class="error">(.*?)</p>', re.DOTALL)


def main() -> int:
    """Send, check, approve and find the comments; return an exit status."""
    samples = corpus.read_samples()
    if not samples:
        say(f"Not run: {corpus.FOLDER} is missing.")
        return 0
    table, spam = Table(), {address_of(n): one.is_spam for n, one in enumerate(samples)}
    with StandIn() as akismet, site.prepared(akismet.url, akismet.key):
        akismet.answer = lambda fields: Mode.SPAM if spam[fields["user_ip"]] else Mode.HAM
        from bench import seed

        password = seed.create_owner()
        seed.create_posts()
        with site.running():
            send_samples(samples, table)
            shown = len(shown_ids(read_pages()))
            table.expect("comments shown before approval", shown, shown == 0, "0")
            seconds = seed.wait_until(lambda: not seed.count_unchecked(), CHECK_SECONDS)
            table.note("seconds until all were checked, after the last was sent", f"{seconds:.1f}")
            check_statuses(spam, akismet, table)
            seed.log_in(password).approve_all()
            check_pages(table)
    return table.finish()


def send_samples(samples: list[corpus.Sample], table: Table) -> None:
    """Send all samples, several at once."""
    from bench import seed

    sender = CommentSender(site.url())

    def send(number: int) -> tuple[int, float]:
        sample, start = samples[number], time.perf_counter()
        slug = seed.SLUGS[number % len(seed.SLUGS)]
        response = sender.send(slug, number, sample.body, name=sample.name, website=sample.website)
        seconds = time.perf_counter() - start
        if response.status_code != 303:
            reasons = ERROR.findall(response.text)
            say(f"{response.status_code}: {' '.join(reasons)} {sample!r:.300}")
        return response.status_code, seconds

    with ThreadPoolExecutor(SENDERS) as senders:
        results = list(senders.map(send, range(len(samples))))
    for status, number in sorted(Counter(status for status, _seconds in results).items()):
        # 400 means that the comment itself was refused; somebody has to judge the printed reasons.
        met = status in (303, 400)
        table.expect(f"comments answered {status}", number, met, "303, or 400 with a reason")
    accepted = [seconds for status, seconds in results if status == 303]
    stored = len(seed.comment_ids())
    table.expect("comments stored", stored, stored == len(accepted), "one for each 303")
    cuts = quantiles(accepted, n=100)
    figure = " / ".join(milliseconds(cuts[n - 1]) for n in (50, 95, 99))
    table.note("accepting one: p50 / p95 / p99", figure)


def check_statuses(spam: dict[str, bool], akismet: StandIn, table: Table) -> None:
    """Check that each comment has the status of its label, after one call each."""
    from comments.models import Comment

    rows = Comment.objects.values_list("address", "status")
    wrong = sum(status != ("spam" if spam[str(address)] else "pending") for address, status in rows)
    table.expect("comments with another status than their label's", wrong, wrong == 0, "0")
    calls = len(akismet.calls_to("comment-check"))
    table.expect("calls to Akismet", calls, calls == len(rows), "one for each comment")


def check_pages(table: Table) -> None:
    """Check that the pages show each approved comment once, and are valid and harmless."""
    from bench import seed

    pages = read_pages()
    shown, approved = sorted(shown_ids(pages)), sorted(seed.comment_ids(status="approved"))
    met = shown == approved and bool(approved)
    table.expect(f"comments shown after approval of {len(approved)}", len(shown), met, "all, once")
    found = [f"{path}: {one}" for path, page in pages.items() for one in problems(page)]
    say("\n".join(found[:50]))
    work = f"problems of {len(pages)} pages (parse errors, scripts, schemes)"
    table.expect(work, len(found), not found, "0")


def read_pages() -> dict[str, str]:
    """Return the HTML of every page of every post's comments by its path."""
    from bench import seed

    pages = {}
    with httpx.Client(base_url=site.url(), trust_env=False, timeout=30) as client:
        for slug in seed.SLUGS:
            number, path = 1, f"/reviews/{slug}/"
            while (response := client.get(path)).status_code == 200:
                pages[path] = response.text
                number += 1
                path = f"/reviews/{slug}/?comments={number}"
            if response.status_code != 404 or number == 1:
                raise RuntimeError(f"{path}: {response.status_code}")
    return pages


def shown_ids(pages: dict[str, str]) -> list[int]:
    """Return the ids of the comments on these pages; an id can occur several times."""
    return [int(pk) for page in pages.values() for pk in COMMENT_ID.findall(page)]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
