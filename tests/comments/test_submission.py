"""Sending a comment: what is accepted, what is refused, and that no text is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from blog.models import Post
from comments.models import Comment, CommentSettings, Event, Status
from tests.support.forms import form


def test_an_accepted_comment_redirects_with_303_to_its_receipt(send, akismet):
    response = send()
    assert response.status_code == 303
    assert response["Location"].startswith("/comments/receipt/")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_an_accepted_comment_is_stored_as_checking_with_its_event(send, akismet):
    send(website="example.com/rita", body="A\r\nB", address="203.0.113.9")
    comment = Comment.objects.get()
    assert (comment.name, comment.email, comment.body) == ("Rita", "rita@example.com", "A\nB")
    assert comment.website == "https://example.com/rita"
    assert comment.address == "203.0.113.9"
    assert comment.status == Status.CHECKING
    assert comment.next_check_at is not None
    event = Event.objects.get()
    assert (event.status_from, event.status_to, event.by) == ("", Status.CHECKING, None)


def test_a_submission_sends_nothing_over_the_network(
    send, akismet, django_capture_on_commit_callbacks
):
    akismet.answer = "never"
    with django_capture_on_commit_callbacks(execute=True):
        assert send().status_code == 303
    assert akismet.calls == []


def test_without_a_key_a_comment_goes_straight_to_moderation(send):
    send()
    comment = Comment.objects.get()
    assert comment.status == Status.PENDING
    assert "Akismet key" in comment.reason


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Please enter your name"),
        ({"name": "n" * 101}, "at most 100 characters"),
        ({"email": ""}, "Please enter your email address"),
        ({"email": "rita"}, "Enter a valid email address"),
        ({"email": f"{'e' * 250}@example.com"}, "at most 254 characters"),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"website": "ftp://example.com"}, "Enter a valid URL"),
        ({"website": f"https://example.com/{'w' * 200}"}, "at most 200 characters"),
        ({"body": ""}, "Please write a comment"),
        ({"body": "   \n "}, "Please write a comment"),
        ({"body": "b" * 5001}, "This text has 5,001 characters"),
        ({"body": "nul \0 byte"}, "Null characters are not allowed"),
        ({"body": "he dies ||at the end"}, "||"),
        ({"parent": "999999"}, "has been removed"),
        ({"parent": "x"}, "has been removed"),
        ({"parent": "9" * 30}, "has been removed"),
    ],
)
def test_an_invalid_field_is_explained_and_the_text_is_kept(send, wrong, sentence):
    typed = form(name="Rita Typed", body="Typed with care.")
    response = send(**{**typed, **wrong})
    page = response.content.decode()
    assert response.status_code == 400
    assert sentence in page
    for name, value in typed.items():
        if name not in wrong:
            assert value in page, f"{name} was lost"
    assert response["Cache-Control"] == "no-store"
    assert Comment.objects.count() == 0


def test_an_invalid_text_is_kept_too(send):
    assert "x" * 5001 in send(body="x" * 5001).content.decode()


def test_5000_characters_are_accepted_with_any_line_ends(send):
    assert send(body="a\r\n" * 2499 + "ab").status_code == 303
    assert len(Comment.objects.get().body) == 5000


def test_typed_html_is_escaped_in_the_form(send):
    page = send(name="", body="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_name_and_email_are_optional_if_the_owner_allows_it(send):
    CommentSettings(require_name_email=False).save()
    assert send(name="", email="").status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 303),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://reviews.example"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ({"X-Nothing": "said"}, 303),
    ],
)
def test_the_form_is_only_accepted_from_this_site(send, settings, headers, status):
    settings.SITE_URL = "https://reviews.example"
    response = send(headers=headers, body="Sent from somewhere.")
    assert response.status_code == status
    assert Comment.objects.count() == (status == 303)
    if status == 403:
        assert "Sent from somewhere." in response.content.decode()


def test_the_same_text_within_a_minute_from_the_same_address_is_a_double_click(send):
    first = send(address="203.0.113.7")
    second = send(address="203.0.113.7")
    assert second.status_code == 303
    assert second["Location"] == first["Location"]
    assert Comment.objects.count() == 1


def test_the_same_text_later_is_a_duplicate(send):
    send(address="203.0.113.7")
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    response = send(address="203.0.113.7", body="I liked the rain.")
    assert response.status_code == 409
    assert "I liked the rain." in response.content.decode()
    assert Comment.objects.count() == 1


def test_the_same_text_from_another_network_a_moment_later_is_a_second_click(send):
    first = send(address="203.0.113.7")
    assert send(address="203.0.113.8")["Location"] == first["Location"]
    assert Comment.objects.count() == 1


def test_the_same_text_a_minute_later_is_a_duplicate(send):
    send(address="203.0.113.7")
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    refused = send(address="203.0.113.8")
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "You've already posted this. We have your first comment." in unescape(page)
    assert "Please fix this first" not in page


def test_the_title_of_a_refused_form_says_that_nothing_was_sent(send, client, post):
    def title(response):
        return re.search("<title>(.*)</title>", response.content.decode())[1]

    own = title(client.get(post.get_absolute_url()))
    assert title(send(body="")) == f"Comment not sent: {own}"
    send(body="The first.")
    assert title(send(body="Too fast.")) == f"Comment not sent: {own}"
    abroad = {"Sec-Fetch-Site": "cross-site"}
    assert title(send(body="From abroad.", headers=abroad)) == f"Comment not sent: {own}"


def test_the_same_text_by_another_person_or_on_another_post_is_no_duplicate(send, write):
    send()
    assert send(email="other@example.com", name="Otto").status_code == 303
    assert send(email="third@example.com", to=write()).status_code == 303


def test_a_comment_in_the_trash_can_be_sent_again(send):
    send()
    Comment.objects.update(status=Status.TRASH, created_at=timezone.now() - timedelta(hours=1))
    assert send().status_code == 303


@pytest.mark.parametrize(
    "second",
    [
        {"address": "203.0.113.7", "email": "other@example.com"},
        {"address": "203.0.113.8", "email": "rita@example.com"},
        {"address": "203.0.113.8", "email": "RITA@example.com"},
    ],
)
def test_two_comments_within_15_seconds_are_too_fast(send, second):
    send(address="203.0.113.7")
    response = send(**second, body="And another thing.")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15
    assert "And another thing." in response.content.decode()


@pytest.mark.parametrize("address", ["2001:db8::7", "::ffff:203.0.113.7"])
def test_the_pause_applies_to_every_spelling_of_an_address(send, address):
    send(address=address, email="rita@example.com")
    second = send(address=address, email="other@example.com", body="And another thing.")
    assert second.status_code == 429


def test_a_sender_without_address_and_email_needs_no_pause(send):
    CommentSettings(require_name_email=False).save()
    for body in ("One thing.", "And another thing."):
        assert send(address="unknown", email="", name="", body=body).status_code == 303


def test_after_the_pause_the_next_comment_is_accepted(send):
    send(address="203.0.113.7")
    Comment.objects.update(created_at=timezone.now() - timedelta(seconds=16))
    assert send(address="203.0.113.7", body="And another thing.").status_code == 303


def test_the_owner_sets_the_pause(send):
    CommentSettings(flood_seconds=0).save()
    send(address="203.0.113.7")
    assert send(address="203.0.113.7", body="And another thing.").status_code == 303


def test_closed_comments_refuse_a_comment_and_keep_the_text(send, write):
    closed = write(comments_open=False)
    response = send(to=closed, body="Too late, it seems.")
    assert response.status_code == 403
    assert "Too late, it seems." in response.content.decode()
    assert "Comments on this post are closed." in response.content.decode()


def test_comments_close_automatically_after_the_days_that_the_owner_sets(send, write):
    CommentSettings(close_after_days=7).save()
    old = write(published_at=timezone.now() - timedelta(days=8))
    new = write(published_at=timezone.now() - timedelta(days=6))
    assert send(to=old).status_code == 403
    assert send(to=new).status_code == 303


@pytest.mark.parametrize("days", [None, -1])
def test_a_post_that_is_not_published_accepts_no_comment(send, write, days):
    at = None if days is None else timezone.now() - timedelta(days=days)
    assert send(to=write(published_at=at)).status_code == 404


def test_a_post_unpublished_at_this_moment_still_returns_the_text(send, post):
    def takes_it_back(execute, sql, *rest):
        if "body_html" in sql and Post.objects.published().exists():  # the page is about to be read
            Post.objects.filter(pk=post.pk).update(published_at=None)
        return execute(sql, *rest)

    with connection.execute_wrapper(takes_it_back):
        answer = send(name="", body="The rain was the best of it.")
    assert not Post.objects.published().exists()
    assert answer.status_code == 400
    assert "The rain was the best of it." in answer.content.decode()


def test_a_filled_honeypot_is_accepted_and_shown_to_moderators(send, akismet):
    assert send(subject="Buy now").status_code == 303
    comment = Comment.objects.get()
    assert (comment.honeypot_name, comment.honeypot_value) == ("subject", "Buy now")


def test_a_body_that_is_too_large_gets_a_413_page(post):
    response = Client().post(f"/reviews/{post.slug}/comments/", form(body="b" * 3_000_000))
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_too_many_fields_get_a_400_page(post):
    fields = {f"f{n}": "x" for n in range(1100)}
    response = Client().post(f"/reviews/{post.slug}/comments/", form(**fields))
    assert response.status_code == 400


def test_a_reply_belongs_to_its_parent(send, say):
    parent = say()
    child = say("Why?", parent=parent)
    send(parent=str(child.pk), body="Because.", email="otto@example.com")
    reply = Comment.objects.get(body="Because.")
    assert (reply.parent, reply.thread) == (child, parent)


@pytest.mark.parametrize("status", [s for s in Status if s != Status.APPROVED])
def test_a_hidden_comment_cannot_be_replied_to(send, say, status):
    parent = say(status=status)
    assert send(parent=str(parent.pk), body="To a ghost.").status_code == 400


def test_a_comment_of_another_post_cannot_be_replied_to(send, say, write):
    parent = say(post=write())
    assert send(parent=str(parent.pk), body="Wrong door.").status_code == 400


def test_the_reply_page_quotes_the_comment_and_works_again_after_a_reload(client, post, say):
    parent = say("A question about rain.")
    page = client.get(f"/reviews/{post.slug}/comments/?parent={parent.pk}").content.decode()
    assert "A question about rain." in page
    assert f'name="parent" value="{parent.pk}"' in page
    assert client.get(f"/reviews/{post.slug}/comments/").status_code == 200


@pytest.mark.parametrize("who", ["ada", "mo", "olive"])
def test_a_comment_of_the_team_is_published_at_once_under_its_name(
    request, send, logged_in, akismet, who
):
    user = request.getfixturevalue(who)
    send(logged_in(user), name="Somebody Else", email="else@example.com")
    comment = Comment.objects.get()
    assert comment.status == Status.APPROVED
    assert (comment.user, comment.name, comment.email) == (user, user.first_name, user.email)


def test_a_team_member_needs_a_session_and_the_same_origin(send, logged_in, ada, akismet):
    send(logged_in(ada), headers={"X-Nothing": "said"})
    assert Comment.objects.get().status == Status.CHECKING


def test_a_typed_name_of_an_author_does_not_count(send, ada, akismet):
    send(name="Ada", email=ada.email)
    comment = Comment.objects.get()
    assert comment.status == Status.CHECKING
    assert comment.user is None


def test_an_account_without_permission_counts_as_a_reader(
    send, logged_in, django_user_model, akismet
):
    send(logged_in(django_user_model.objects.create_user("guest", password="x")))
    assert Comment.objects.get().status == Status.CHECKING


def test_only_a_trusted_proxy_can_set_the_address(send, settings):
    send(address="203.0.113.5", headers={"X-Forwarded-For": "198.51.100.1"})
    assert Comment.objects.get().address == "203.0.113.5"


def test_an_invalid_address_is_left_out(send):
    assert send(address="unknown").status_code == 303
    assert Comment.objects.get().address is None


def test_any_value_in_the_honeypot_is_accepted(send):
    assert send(subject="x" * 5000 + "\0").status_code == 303
    assert len(Comment.objects.get().honeypot_value) == 500


def test_a_long_name_of_a_team_member_is_shortened(send, logged_in, ada):
    ada.first_name = ada.last_name = "n" * 150
    ada.save()
    assert send(logged_in(ada)).status_code == 303
    assert len(Comment.objects.get().name) == 100
