"""Whatever happens between typing and sending, the text comes back to its writer."""

import re
from html import unescape

import pytest
from django.test import Client

from blog.models import Post
from comments.models import Comment, CommentSettings, Status

EDITS = re.compile(r'name="edits" value="(\d+)"')
TEXT = "A long & patient answer, typed for an hour."


@pytest.mark.parametrize("name", ["edit", "reply"])
def test_a_moderator_who_was_logged_out_gets_the_text_back_and_a_way_to_the_page(name, say):
    comment = say()
    answer = Client().post(f"/moderation/{comment.pk}/{name}/", {"body": TEXT})
    page = unescape(answer.content.decode())
    assert answer.status_code == 403
    assert TEXT in page
    assert f"/login/?next=/moderation/{comment.pk}/" in page.replace("%2F", "/")


@pytest.mark.parametrize("name", ["act", "undo"])
def test_an_action_after_the_session_has_ended_leads_to_the_queue(name, say):
    say(status=Status.PENDING)
    page = Client().post(f"/moderation/{name}/", {"act": "approve:1"}).content.decode()
    assert "/login/?next=/moderation/" in page.replace("%2F", "/")


def test_a_stale_token_gives_a_moderators_text_back(say, mo):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    answer = client.post(f"/moderation/{say().pk}/reply/", {"body": TEXT})
    assert answer.status_code == 403
    assert TEXT in unescape(answer.content.decode())


def test_the_pages_of_moderators_renew_the_session(mo, logged_in):
    assert "sessionid" in logged_in(mo).get("/moderation/").cookies


def test_a_form_of_the_account_leads_back_to_the_account(client, db):
    page = client.post("/login/second-factor/", {"act": "off", "proof": "x"}).content.decode()
    assert "/login/?next=/login/second-factor/" in page.replace("%2F", "/")


def test_a_method_that_an_address_does_not_take_is_answered_with_a_page(client, post):
    answer = client.delete(post.get_absolute_url())
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "Nothing was changed" in answer.content.decode()


def test_a_post_taken_down_while_somebody_typed_gives_the_comment_back(send, post):
    Post.objects.update(published_at=None)
    answer = send(body=TEXT)
    assert answer.status_code == 404
    assert TEXT in unescape(answer.content.decode())


@pytest.mark.parametrize("path", ["/reviews/metallic-rain/", "/moderation/{pk}/"])
def test_no_field_cuts_what_is_pasted(path, say, mo, logged_in):
    page = logged_in(mo).get(path.format(pk=say().pk)).content.decode()
    assert "<textarea" in page
    assert "maxlength" not in page


def test_a_text_that_is_too_long_is_refused_in_a_sentence_with_all_of_it(send):
    answer = send(body="x" * 5_001)
    assert answer.status_code == 400
    assert "5,001 characters" in answer.content.decode()
    assert "x" * 5_001 in answer.content.decode()


def test_approving_a_comment_whose_check_has_ended_meanwhile_approves_it(say, mo, logged_in):
    comment = say(status=Status.PENDING)
    logged_in(mo).post(
        "/moderation/act/", {"act": f"approve:{comment.pk}", "seen": Status.CHECKING}
    )
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


def test_a_decision_of_somebody_else_is_not_overruled_by_an_old_page(say, mo, olive, logged_in):
    comment = say(status=Status.PENDING)
    logged_in(olive).post("/moderation/act/", {"act": f"spam:{comment.pk}"})
    logged_in(mo).post(
        "/moderation/act/", {"act": f"approve:{comment.pk}", "seen": Status.CHECKING}
    )
    comment.refresh_from_db()
    assert comment.status == Status.SPAM


def test_without_names_two_strangers_may_say_the_same(send):
    CommentSettings(require_name_email=False).save()
    for address in ("198.51.100.1", "198.51.100.2"):
        sent = send(name="", email="", body="+1", address=address)
        assert sent.status_code == 303
    assert Comment.objects.count() == 2


def test_a_text_in_other_letters_is_another_text(send):
    assert send(body="Is it us or US?").status_code == 303
    assert send(body="Is it US or us?").status_code != 409


@pytest.mark.parametrize(
    "body",
    ["\u200b", "\u2800", "\u3164", "\u00ad", "\u202e", "&nbsp;", "&#8203;", "*", ">", "1.", "```"],
)
def test_a_comment_in_which_nothing_can_be_seen_is_refused(body, send):
    answer = send(body=body)
    assert answer.status_code == 400
    assert "Please write a comment." in answer.content.decode()


@pytest.mark.parametrize("body", ["?!", "👍", "…", "+1", "||x||"])
def test_a_short_comment_is_taken(body, send):
    assert send(body=body).status_code == 303


@pytest.mark.parametrize(
    ("website", "stored"),
    [
        ("example.org", "https://example.org"),
        ("www.example.org/blog", "https://www.example.org/blog"),
        ("http://example.org", "http://example.org"),
        ("https://", ""),
        ("n/a", ""),
    ],
)
def test_a_website_is_taken_as_people_mean_it(website, stored, send, client, post):
    assert send(website=website).status_code == 303
    assert Comment.objects.get().website == stored
    page = client.get(post.get_absolute_url()).content.decode()
    assert 'type="url"' not in page
    assert 'inputmode="url"' in page


@pytest.mark.parametrize(
    ("remote", "stored"),
    [
        ("198.51.100.7:54321", "198.51.100.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:198.51.100.8", "198.51.100.8"),
        ("unknown", None),
    ],
)
def test_the_address_of_a_proxy_may_have_a_port(remote, stored, send):
    send(address=remote)
    assert Comment.objects.get().address == stored


def test_the_flag_of_scotland_keeps_its_letters(send):
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    send(name=f"{flag} Fiona")
    assert Comment.objects.get().name == f"{flag} Fiona"


def test_line_ends_of_word_processors_are_line_ends(send):
    send(body="one\x0btwo\u2028three")
    assert Comment.objects.get().body == "one\ntwo\nthree"


def test_letters_arrive_in_one_form(send):
    send(name="Mu\u0308ller", body="cafe\u0301")
    comment = Comment.objects.get()
    assert (comment.name, comment.body) == ("Müller", "café")


def test_the_first_error_is_the_first_field(send):
    page = send(body="", name="", email="").content.decode()
    assert page.index("Please write a comment") < page.index("Please enter your name")
    assert "autofocus" in page.split('name="body"')[1].split(">")[0]


def test_an_edit_keeps_the_name_and_the_website_before_it(say, mo, logged_in):
    comment = say(name="Rita", website="https://old.example")
    edited = {"name": "R.", "website": "https://new.example", "body": "New."}
    logged_in(mo).post(f"/moderation/{comment.pk}/edit/", edited)
    before = comment.events.last().text
    assert "Rita" in before
    assert "https://old.example" in before
    assert "I liked it." in before


def test_the_second_of_two_editors_is_told_and_may_overwrite(say, mo, olive, logged_in):
    comment = say()
    address = f"/moderation/{comment.pk}/"
    first, second = logged_in(mo), logged_in(olive)
    opened = second.get(address).content.decode()
    seen = EDITS.search(opened)[1]
    first.post(f"{address}edit/", {"name": "Rita", "website": "", "body": "First.", "edits": seen})
    values = {"name": "Rita", "website": "", "body": "Second.", "edits": seen}
    refused = second.post(f"{address}edit/", values)
    assert refused.status_code == 400
    page = refused.content.decode()
    assert "Someone else has edited this comment" in page
    assert "Second." in page
    comment.refresh_from_db()
    assert comment.body == "First."
    again = EDITS.search(page)[1]
    assert second.post(f"{address}edit/", {**values, "edits": again}).status_code == 302
    comment.refresh_from_db()
    assert comment.body == "Second."


def test_after_the_last_comments_of_a_page_the_queue_steps_back(say, mo, logged_in):
    for number in range(51):
        say(f"number {number}", status=Status.PENDING)
    client = logged_in(mo)
    last = Comment.objects.order_by("pk").last()
    answer = client.post(
        "/moderation/act/",
        {"act": f"approve:{last.pk}", "status": "pending", "page": "2"},
        follow=True,
    )
    assert answer.request["PATH_INFO"] == "/moderation/"
    assert answer.request["QUERY_STRING"] == ""
    assert "number 0" in answer.content.decode()


def test_a_search_tells_how_many_comments_match_in_each_tab(say, mo, logged_in):
    say("casino", status=Status.SPAM)
    say("casino night", status=Status.SPAM)
    say("casino?", status=Status.PENDING)
    page = logged_in(mo).get("/moderation/?q=casino")
    counts = {tab["status"]: tab["count"] for tab in page.context["tabs"]}
    assert counts == {"pending": "1", "spam": "2", "checking": "0", "approved": "0", "trash": "0"}
