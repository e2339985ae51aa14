"""A moderator's reply that approves the comment in the same act."""

import re

import pytest
from django.test import Client

from comments import moderation
from comments.models import Comment, Event, Status


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def reply(client, comment, **values):
    fields = {"body": "Well seen.", "approve_from": comment.status, **values}
    return client.post(f"/moderation/{comment.pk}/reply/", fields)


def statuses() -> dict[str, str]:
    return dict(Comment.objects.values_list("body", "status"))


@pytest.mark.parametrize("status", [Status.PENDING, Status.CHECKING, Status.SPAM, Status.TRASH])
def test_the_button_approves_and_replies_at_once(desk, say, post, status):
    comment = say("A question?", status=status)
    page = desk.get(f"/moderation/{comment.pk}/").content.decode()
    assert "Approve and reply" in page
    assert "Publish reply" not in page
    assert f'name="approve_from" value="{status}"' in page
    assert reply(desk, comment).status_code == 302
    assert statuses() == {"A question?": "approved", "Well seen.": "approved"}
    answer = Comment.objects.get(body="Well seen.")
    assert (answer.parent_id, answer.thread_id) == (comment.pk, comment.pk)
    assert "Well seen." in Client().get(post.get_absolute_url()).content.decode()


def test_an_approved_comment_has_the_button_to_reply_alone(desk, say):
    comment = say("A question?")
    page = desk.get(f"/moderation/{comment.pk}/").content.decode()
    assert "Publish reply" in page
    assert "Approve and reply" not in page


def test_a_published_reply_is_linked_to(desk, say):
    comment = say("A question?", status=Status.PENDING)
    page = desk.get(reply(desk, comment)["Location"]).content.decode()
    answer = Comment.objects.get(body="Well seen.")
    assert f'<a href="/comments/{answer.pk}/">View it</a>' in page
    plain = reply(desk, Comment.objects.get(pk=comment.pk), body="Once more.", approve_from="")
    page = desk.get(plain["Location"]).content.decode()
    again = Comment.objects.get(body="Once more.")
    assert f'Reply published. <a href="/comments/{again.pk}/">View it</a>' in page


@pytest.mark.parametrize("body", ["", "x" * 5001, "||never closed"])
def test_a_refused_reply_approves_nothing(desk, say, body):
    comment = say("A question?", status=Status.PENDING)
    assert reply(desk, comment, body=body).status_code == 400
    assert statuses() == {"A question?": "pending"}
    assert Event.objects.count() == 1


def test_a_reply_that_was_sent_before_approves_nothing(desk, say):
    comment = say("A question?", status=Status.PENDING)
    reply(desk, comment)
    moderation.reject([comment.pk], None)
    Comment.objects.filter(body="Well seen.").update(created_at="2020-01-01T00:00:00Z")
    comment.refresh_from_db()
    answer = reply(desk, comment)
    assert answer.status_code == 409
    assert statuses()["A question?"] == "trash"


def test_a_comment_that_somebody_else_has_rejected_meanwhile_is_not_approved(desk, say, olive):
    comment = say("A question?", status=Status.PENDING)
    moderation.reject([comment.pk], olive)
    answer = reply(desk, comment)  # the page still said "pending"
    assert answer.status_code == 400
    assert "Well seen." in answer.content.decode()  # the text is given back
    assert statuses() == {"A question?": "trash"}


def test_one_undo_takes_both_back_and_deletes_no_word(desk, say, post):
    comment = say("A question?", status=Status.SPAM)
    page = desk.get(reply(desk, comment)["Location"]).content.decode()
    act = re.search(r'name="act" value="([0-9a-f-]{36})"', page)[1]
    assert Event.objects.filter(act=act).count() == 2
    desk.post("/moderation/undo/", {"act": act})
    assert statuses() == {"A question?": "spam", "Well seen.": "pending"}
    reader = Client().get(post.get_absolute_url()).content.decode()
    assert "Well seen." not in reader
    assert "This comment was removed." not in reader


def test_two_clicks_publish_one_reply(desk, say):
    comment = say("A question?", status=Status.PENDING)
    assert reply(desk, comment).status_code == 302
    assert reply(desk, comment).status_code == 302
    assert Comment.objects.filter(body="Well seen.").count() == 1
