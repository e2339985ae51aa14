"""PostgreSQL is restarted under load."""

import time

import httpx
import pytest

from tests.support.comment_sender import CommentSender
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import (
    Traffic,
    longest_gap,
    refusals,
    return_the_text,
    statuses,
)

pytestmark = pytest.mark.slow

AWAY = 2.0  # seconds
MODES = ("fast", "immediate") * 5
LONGEST_GAP = 15.0  # seconds without a page


def test_a_restart_loses_no_comment_and_the_same_processes_go_on(
    postgresql_site: FaultSite,
) -> None:
    site, server = postgresql_site, postgresql_site.postgresql
    assert server
    site.start()
    running = [site.part("web")[0], site.part("worker")[0]]
    with Traffic(site.url, SLUGS, readers=2) as traffic:
        for mode in MODES:
            time.sleep(3)
            server.stop(mode)
            time.sleep(AWAY)
            server.start()
        time.sleep(10)
    assert return_the_text(refusals(traffic.sent))
    assert set(statuses(traffic.read)) <= {200, 503}
    assert longest_gap(traffic.read) < LONGEST_GAP
    site.assert_comments_are_intact(traffic.accepted)
    assert [site.part("web")[0], site.part("worker")[0]] == running
    site.assert_database_is_intact()


def test_after_a_restart_every_process_shows_the_latest_change(postgresql_site: FaultSite) -> None:
    site, server = postgresql_site, postgresql_site.postgresql
    assert server
    site.start()
    moderator, sender = site.log_in(), CommentSender(site.url)
    page = f"{site.url}/reviews/{SLUGS[0]}/"
    for number in range(5):
        assert sender.send(SLUGS[0], number, f"Something new, {number}.").status_code == 303
        pk = int(site.query("SELECT MAX(id) FROM comments_comment")[0][0])
        server.stop()
        server.start()
        wait_for_page(page)
        moderator.act("approve", pk)
        # Many connections, so that each process answers some of them.
        assert all(f'id="comment-{pk}"' in wait_for_page(page) for _request in range(20))
        moderator.act("reject", pk)
        assert not any(f'id="comment-{pk}"' in wait_for_page(page) for _request in range(20))
    sender.client.close()
    moderator.client.close()


def wait_for_page(page: str) -> str:
    """Return the page as soon as its status is 200."""
    for _attempt in range(50):
        response = httpx.get(page, trust_env=False, timeout=10)
        if response.status_code == 200:
            return response.text
        time.sleep(0.2)
    raise AssertionError(f"{page}: {response.status_code}")
