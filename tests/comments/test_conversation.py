"""The comments on the page of a post: visibility, order, depth and pagination."""

import re

import pytest
from django.test import Client

from comments.models import Comment, CommentSettings, Status
from tests.support.wire import wire


def shown(page: str) -> list[int]:
    """Return the ids of the comments on a page, in order."""
    return [
        int(number) for number in re.findall(r'<li class="comment[^"]*" id="comment-(\d+)"', page)
    ]


def depths(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li class="comment[^"]*depth-(\d+)"', page)]


@pytest.fixture
def page(post):
    def of(query: str = "") -> str:
        return Client().get(f"/reviews/{post.slug}/{query}").content.decode()

    return of


@pytest.mark.parametrize("status", Status)
def test_readers_see_only_approved_comments(page, say, status):
    say("The words in question.", status=status)
    assert ("The words in question." in page()) == (status == Status.APPROVED)


def test_a_thread_is_shown_together_oldest_first(page, say):
    first, second = say("1"), say("2")
    reply = say("1.1", parent=first)
    deeper = say("1.1.1", parent=reply)
    late = say("1.2", parent=first)
    assert shown(page()) == [first.pk, reply.pk, deeper.pk, late.pk, second.pk]
    assert depths(page()) == [1, 2, 3, 2, 1]


def test_threads_are_flat_below_their_depth(page, say):
    comment = None
    for number in range(8):
        comment = say(f"deep {number}", parent=comment)
    assert depths(page()) == [1, 2, 3, 4, 5, 5, 5, 5]


@pytest.mark.parametrize("status", [s for s in Status if s != Status.APPROVED])
def test_replies_stay_below_the_placeholder_of_a_removed_comment(page, say, status):
    gone = say("Taken away.", status=status)
    reply = say("An answer.", parent=gone)
    text = page()
    assert shown(text) == [gone.pk, reply.pk]
    assert "Taken away." not in text
    assert "This comment was removed." in text


def test_a_removed_comment_without_replies_has_no_placeholder(page, say):
    gone = say(status=Status.TRASH)
    below = say("also gone", parent=gone, status=Status.SPAM)
    say("and this one waits", parent=below, status=Status.PENDING)
    assert shown(page()) == []


def test_the_name_of_a_removed_comment_is_not_shown(page, say):
    gone = say(name="Mallory", status=Status.SPAM)
    say("An answer.", parent=gone)
    assert "Mallory" not in page()


def test_there_are_50_threads_a_page_with_real_links(page, say):
    threads = [say(f"thread {n}") for n in range(51)]
    reply = say("late reply", parent=threads[0])
    first, second = page(), page("?comments=2")
    assert shown(first) == [threads[0].pk, reply.pk] + [t.pk for t in threads[1:50]]
    assert shown(second) == [threads[50].pk]
    assert "?comments=2#comments" in first
    assert "52 comments" in first


@pytest.mark.parametrize("number", ["0", "1", "02", "-1", "x", "9" * 20])
def test_a_page_that_does_not_exist_is_not_found(client, post, say, number):
    say()
    assert client.get(f"/reviews/{post.slug}/?comments={number}").status_code == 404


def test_a_page_that_is_no_more_leads_to_the_last_one(client, post, say):
    CommentSettings(threads_per_page=2).save()
    for number in range(3):
        say(f"thread {number}")
    address = f"/reviews/{post.slug}/"
    assert client.get(f"{address}?comments=9")["Location"] == f"{address}?comments=2#comments"
    Comment.objects.update(status=Status.TRASH)
    assert client.get(f"{address}?comments=2")["Location"] == f"{address}#comments"


def test_the_date_of_a_comment_links_to_its_lasting_address(client, post, say):
    comment = say()
    page = client.get(post.get_absolute_url()).content.decode()
    assert f'<a class="comment-time" href="/comments/{comment.pk}/">' in page


def test_a_permalink_redirects_to_the_page_and_anchor(client, post, say):
    CommentSettings(threads_per_page=2).save()
    threads = [say(f"thread {n}") for n in range(3)]
    reply = say("reply", parent=threads[2])
    assert client.get(f"/comments/{threads[0].pk}/")["Location"] == (
        f"/reviews/{post.slug}/#comment-{threads[0].pk}"
    )
    response = client.get(f"/comments/{reply.pk}/")
    assert response.status_code == 302
    assert response["Location"] == f"/reviews/{post.slug}/?comments=2#comment-{reply.pk}"
    assert f'id="comment-{reply.pk}"' in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("status", [s for s in Status if s != Status.APPROVED])
def test_comments_that_readers_do_not_see_have_no_permalink(client, say, status):
    assert client.get(f"/comments/{say(status=status).pk}/").status_code == 404


def test_only_comments_of_the_team_are_marked(page, say, ada, mo):
    say("As I wrote.", user=ada, name="Ada")
    say("Be kind.", user=mo, name="Mo")
    say("I am Ada.", name="Ada")
    marks = re.findall(r'class="comment-mark">(\w+)<', page())
    assert marks == ["Author", "Team"]


def test_email_and_ip_addresses_are_never_shown(page, say):
    say(email="secret@example.com", address="203.0.113.99")
    assert "secret@example.com" not in page()
    assert "203.0.113.99" not in page()


def test_links_of_commenters_are_marked_for_search_engines(page, say):
    say("See https://example.com/x", website="https://example.com/home")
    for href in ("https://example.com/x", "https://example.com/home"):
        tag = re.search(rf'<a [^>]*href="{href}"[^>]*>', page())
        assert tag
        assert 'rel="nofollow ugc noopener"' in tag[0]


def test_cards_count_visible_comments(client, say):
    for status in Status:
        say(f"one {status}", status=status)
    say("two")
    assert "2 comments" in client.get("/").content.decode()


def test_the_form_is_shown_while_comments_are_open(page, post):
    assert "Leave a Reply" in page()
    post.comments_open = False
    post.save()
    assert "Leave a Reply" not in page()
    assert "Comments on this post are closed." in page()


def test_the_notice_mentions_akismet_only_if_it_is_used(page, akismet, settings):
    assert "This site uses Akismet to reduce spam." in page()
    settings.AKISMET_API_KEY = ""
    assert "Akismet" not in page()


def test_every_reader_gets_the_same_bytes(post, say, logged_in, ada, mo):
    say()
    pages = {
        client.get(f"/reviews/{post.slug}/").content
        for client in (Client(), logged_in(ada), logged_in(mo))
    }
    assert len(pages) == 1


def test_an_approved_comment_appears_at_once_on_a_cached_page(post, say, mo, logged_in):
    comment = say("Fresh words.", status=Status.PENDING)
    assert "Fresh words." not in wire(f"/reviews/{post.slug}/").text
    logged_in(mo).post("/moderation/act/", {"act": f"approve:{comment.pk}"})
    assert "Fresh words." in wire(f"/reviews/{post.slug}/").text


def test_a_draft_shows_no_form_to_its_author(write, ada, logged_in):
    draft = write(published_at=None)
    page = logged_in(ada).get(f"/reviews/{draft.slug}/").content.decode()
    assert "<form" not in page
