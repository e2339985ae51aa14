"""The whole way of a comment: from a reader through Akismet and a moderator to the page."""

import re

import pytest
from django.test import Client

from operations.queue import run_queued
from tests.support.fake_akismet import Mode
from tests.support.forms import form
from tests.support.people import PASSWORD
from tests.support.wire import wire
from tests.support.worker_round import run_worker_round


@pytest.mark.django_db(transaction=True)
def test_a_comment_goes_from_a_reader_to_the_page(akismet, post, mo, write):
    reader, page = Client(), f"/reviews/{post.slug}/"
    akismet.answer = Mode.SLOW
    akismet.delay = 0.2

    # A reader sends a comment, which waits for no network request and is not published.
    assert "Leave a Reply" in wire(page).text
    taken = reader.post(
        f"{page}comments/",
        form(name="Rita", body="The rain ||stops|| at the end."),
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert taken.status_code == 303
    receipt = taken["Location"]
    assert "checking your comment for spam" in reader.get(receipt).content.decode()
    assert "Rita" not in wire(page).text

    # The worker checks it with Akismet.
    run_queued()
    run_worker_round()
    [call] = akismet.calls_to("comment-check")
    assert call.fields["comment_content"] == "The rain ||stops|| at the end."
    assert call.fields["permalink"] == f"http://testserver{page}"
    assert "waiting for a moderator" in reader.get(receipt).content.decode()
    assert "Rita" not in wire(page).text

    # A moderator logs in, finds it at the top of the queue, and approves it with its button.
    moderator = Client()
    moderator.post("/login/", {"username": "mo", "password": PASSWORD})
    queue = moderator.get("/moderation/").content.decode()
    button = re.search(r'name="act" value="(approve:\d+)"', queue)
    assert button
    assert "Akismet: not spam." in queue
    moderator.post("/moderation/act/", {"act": button[1], "seen": "pending"})

    # It is on the page at once, for every reader, with its spoiler closed; cards count it.
    text = wire(page).text
    assert "Rita" in text
    assert re.search(r'<input[^>]*class="spoiler-toggle"', text)
    assert "1 comment" in wire("/").text
    assert "Your comment is live." in reader.get(receipt).content.decode()

    # A reply, and a change of mind: the page shows each at once.
    number = button[1].split(":")[1]
    moderator.post(f"/moderation/{number}/reply/", {"body": "It does."})
    assert "It does." in wire(page).text
    moderator.post("/moderation/act/", {"act": f"spam:{number}", "seen": "approved"})
    assert "Rita" not in wire(page).text
    assert "It does." in wire(page).text
