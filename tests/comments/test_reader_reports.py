"""Readers' reports: taken without an account, one a person; moderators look at them."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from comments import moderation, retention
from comments.models import Comment, CommentSettings, Report, Status
from tests.support.wire import wire


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def report(comment, address="203.0.113.9", headers=None, **values):
    return Client().post(
        f"/comments/{comment.pk}/report/",
        {"reason": "abuse", "words": "", "subject": "", **values},
        REMOTE_ADDR=address,
        headers=headers or {"Sec-Fetch-Site": "same-origin"},
    )


def status_of(comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


def test_each_comment_has_a_link_to_the_form_even_where_comments_are_closed(say, post, mo):
    comment = say(name="Ann")
    type(post).objects.update(comments_open=False)
    page = wire(post.get_absolute_url()).text
    assert f'href="/comments/{comment.pk}/report/" rel="nofollow"' in page
    assert 'Report<span class="visually-hidden"> the comment by Ann</span>' in page


def test_a_report_is_taken_without_script_account_or_cookie(say):
    comment = say("Some ||hidden|| words.")
    page = Client().get(f"/comments/{comment.pk}/report/")
    assert "csrf" not in page.content.decode()
    assert page.cookies == {}
    answer = report(comment, words="Quite rude.")
    assert (answer.status_code, answer["Location"]) == (303, "/comments/reported/")
    assert "Thanks for your report" in Client().get(answer["Location"]).content.decode()
    taken = Report.objects.get()
    assert (taken.comment, taken.reason, taken.words) == (comment, "abuse", "Quite rude.")
    assert "203.0.113.9" not in taken.person


@pytest.mark.parametrize("status", [Status.PENDING, Status.CHECKING, Status.SPAM, Status.TRASH])
def test_only_what_readers_see_can_be_reported(say, status):
    comment = say(status=status)
    assert Client().get(f"/comments/{comment.pk}/report/").status_code == 404
    assert report(comment).status_code == 404


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reason": ""}, "Please choose a reason."),
        ({"reason": "dull"}, "Select a valid choice."),
        ({"words": "x" * 501}, "The limit is 500."),
    ],
)
def test_a_wrong_report_is_refused_in_a_sentence_with_what_was_typed(say, values, sentence):
    refused = report(say(), **{"words": "My words.", **values})
    assert refused.status_code == 400
    assert sentence in refused.content.decode()
    assert (values.get("words") or "My words.") in refused.content.decode()
    assert not Report.objects.exists()


def test_a_form_of_another_site_is_refused(say):
    assert report(say(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Report.objects.exists()


def test_a_program_that_fills_in_the_honeypot_reports_nothing(say):
    assert report(say(), subject="Buy this").status_code == 303
    assert not Report.objects.exists()


def test_a_person_reports_a_comment_once(say, clock):
    comment = say()
    report(comment)
    clock.move(minutes=1)
    assert report(comment, reason="spam").status_code == 303
    assert Report.objects.count() == 1
    report(comment, address="203.0.113.10")
    assert Report.objects.count() == 2


def test_a_household_with_many_ipv6_addresses_is_one_person(say, clock):
    comment = say()
    for address in ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:2::1"):
        report(comment, address=address)
        clock.move(minutes=1)
    assert Report.objects.count() == 2


def test_the_database_allows_one_report_a_person(say):
    comment = say()
    report(comment)
    taken = Report.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(comment=comment, person=taken.person, reason="spam")


def test_reports_are_limited_as_comments_are(say, clock):
    first, second = say("1"), say("2")
    report(first)
    refused = report(second, words="My words.")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 15
    assert "My words." in refused.content.decode()
    clock.move(seconds=16)
    assert report(second).status_code == 303


# --- Hiding --------------------------------------------------------------------------------------


def test_by_default_no_number_of_reports_hides_anything(say):
    comment = say()
    for number in range(1, 9):
        report(comment, address=f"203.0.113.{number}")
    assert status_of(comment) == Status.APPROVED


def test_so_many_reports_hide_a_comment_until_a_moderator_looks(say, desk, post):
    CommentSettings(hide_after_reports=2).save()
    comment = say("Reported words.")
    report(comment)
    assert "Reported words." in wire(post.get_absolute_url()).text
    report(comment, address="203.0.113.10")
    assert status_of(comment) == Status.PENDING
    assert "Reported words." not in wire(post.get_absolute_url()).text
    event = comment.events.last()
    assert (event.by, event.kind) == (None, "automatic")
    assert event.why == "Hidden after 2 reports by readers."
    queue = desk.get("/moderation/").content.decode()
    assert "Hidden after 2 reports by readers." in queue
    assert "Reported by 2 readers:" in queue
    desk.post("/moderation/act/", {"act": f"approve:{comment.pk}", "seen": "pending"})
    assert "Reported words." in wire(post.get_absolute_url()).text
    report(comment, address="203.0.113.11")  # the two that were looked at no longer count
    assert status_of(comment) == Status.APPROVED


def test_reports_never_hide_what_the_team_says(say, mo):
    CommentSettings(hide_after_reports=1).save()
    comment = say(user=mo)
    report(comment)
    assert status_of(comment) == Status.APPROVED
    assert Report.objects.open().exists()


# --- Moderators ----------------------------------------------------------------------------------


def test_a_moderator_sees_number_reasons_and_words(say, desk):
    comment, fine = say("Bad."), say("Fine.")
    report(comment, words="<b>Rude</b>.")
    report(comment, address="203.0.113.10", reason="spoiler")
    approved = desk.get("/moderation/?status=approved").content.decode()
    assert 'href="/moderation/reported/">Reported <span class="count">1</span>' in approved
    for address in ("/moderation/?status=approved", f"/moderation/{comment.pk}/"):
        page = desk.get(address).content.decode()
        assert "Reported by 2 readers:" in page
        assert "Insulting or hateful: <bdi>&lt;b&gt;Rude&lt;/b&gt;.</bdi>" in page
        assert "An unmarked spoiler" in page
    reported = desk.get("/moderation/reported/").content.decode()
    assert f'id="comment-{comment.pk}"' in reported
    assert f'id="comment-{fine.pk}"' not in reported


def test_a_moderator_dismisses_reports_and_can_undo_that(say, desk):
    comment = say()
    report(comment)
    answer = desk.post(f"/moderation/{comment.pk}/dismiss/", {"list": "reported"})
    assert answer["Location"] == "/moderation/reported/"
    page = desk.get("/moderation/reported/").content.decode()
    assert "No reported comments." in page
    assert status_of(comment) == Status.APPROVED
    act = re.search(r'name="act" value="([0-9a-f-]{36})"', page)[1]
    desk.post("/moderation/undo/", {"act": act})
    assert f'id="comment-{comment.pk}"' in desk.get("/moderation/reported/").content.decode()


def test_a_decision_closes_the_reports_and_its_undo_opens_them(say, mo):
    comment = say()
    report(comment)
    done = moderation.reject([comment.pk], mo)
    assert not Report.objects.open().exists()
    moderation.undo(done.id, mo)
    assert Report.objects.open().exists()


# --- Privacy -------------------------------------------------------------------------------------


def test_reports_are_deleted_after_the_owners_days_and_the_privacy_page_says_so(say, client):
    CommentSettings(keep_report_days=7).save()
    comment = say()
    for number, days in enumerate((6.9, 7.1)):
        Report.objects.create(
            comment=comment,
            person=str(number),
            reason="spam",
            at=timezone.now() - timedelta(days=days),
        )
    retention.purge()
    assert [each.person for each in Report.objects.all()] == ["0"]
    page = " ".join(client.get("/privacy/").content.decode().split())
    assert "Reports of comments are deleted after 7 days." in page
    assert "a code made from your IP address with a secret key" in page
