"""Locked, pinned and moved threads, and closed conversations."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from comments import acts, moderation, thread_moderation
from comments.models import Comment, CommentSettings, Event, Kind, Status
from comments.submission import fingerprint
from tests.support.wire import wire


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


@pytest.fixture
def other(write):
    return write(title="Other Post", slug="other-post")


def act(client, comment, name):
    return client.post(f"/moderation/{comment.pk}/thread/", {"act": name})


def page_of(post, query=""):
    return wire(post.get_absolute_url(), query=query).text


# --- Locked threads ------------------------------------------------------------------------------


def test_nobody_can_reply_in_a_locked_thread(desk, say, send, post):
    root = say("Root.")
    reply = say("Reply.", parent=root)
    page_of(post)  # kept from now on
    act(desk, reply, "lock")  # from the page of any of its comments
    page = page_of(post)
    assert f"parent={root.pk}" not in page
    assert f"parent={reply.pk}" not in page
    assert page.count("This thread is locked.") == 1
    form = Client().get(f"/reviews/{post.slug}/comments/?parent={reply.pk}").content.decode()
    assert "This thread is locked." in form
    assert "<textarea" not in form
    for parent in (root, reply):
        refused = send(parent=parent.pk, body=f"To {parent.pk}.")
        assert refused.status_code == 403
        assert f"To {parent.pk}." in refused.content.decode()
    refused = desk.post(f"/moderation/{root.pk}/reply/", {"body": "The last word."})
    assert refused.status_code == 403
    assert Comment.objects.count() == 2
    assert send(body="A new thread.", email="zoe@example.com").status_code == 303


def test_an_unlocked_thread_takes_replies_again(desk, say, send, post):
    root, neighbour = say("Root."), say("Neighbour.")
    act(desk, root, "lock")
    assert f"parent={neighbour.pk}" in page_of(post)
    act(desk, root, "unlock")
    assert f"parent={root.pk}" in page_of(post)
    assert send(parent=root.pk, email="zoe@example.com").status_code == 303
    assert [event.kind for event in root.events.all()] == ["submit", "lock", "unlock"]


def test_locking_twice_is_one_act(say, mo):
    root = say("Root.")
    assert thread_moderation.lock(root.pk, mo)
    assert thread_moderation.lock(root.pk, mo) is None
    assert root.events.filter(kind=Kind.LOCK).count() == 1


# --- Closed conversations ------------------------------------------------------------------------


def test_a_moderator_closes_and_opens_a_whole_conversation(desk, say, send, post, mo):
    comment = say("Root.")
    page_of(post)
    act(desk, comment, "close")
    assert "Comments on this post are closed." in page_of(post)
    assert send().status_code == 403
    event = Event.objects.get(kind=Kind.CLOSE)
    assert (event.post, event.comment, event.by) == (post, None, mo)
    act(desk, comment, "reopen")
    assert "Comments on this post are closed." not in page_of(post)
    assert send(email="zoe@example.com").status_code == 303


def test_an_editor_who_had_the_post_open_does_not_open_its_conversation_again(say, post, mo):
    before = post.updated_at
    thread_moderation.close(post.pk, mo)
    post.refresh_from_db()
    assert post.updated_at > before


# --- The pinned comment --------------------------------------------------------------------------


def order(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="comment-(\d+)"', page)]


def test_the_pinned_comment_comes_first_with_its_replies(desk, say, post):
    first, second, third = (say(f"Root {n}.") for n in range(3))
    reply = say("Reply.", parent=third)
    assert order(page_of(post)) == [first.pk, second.pk, third.pk, reply.pk]
    act(desk, third, "pin")
    page = page_of(post)
    assert order(page) == [third.pk, reply.pk, first.pk, second.pk]
    assert page.count(">Pinned<") == 1
    act(desk, third, "unpin")
    assert order(page_of(post)) == [first.pk, second.pk, third.pk, reply.pk]


def test_on_several_pages_each_thread_is_shown_once_and_links_find_it(desk, say, post):
    CommentSettings(threads_per_page=2).save()
    roots = [say(f"Root {n}.") for n in range(5)]
    for pinned in roots:
        act(desk, pinned, "pin")
        pages = [order(page_of(post, f"comments={n}" if n > 1 else "")) for n in (1, 2, 3)]
        others = [root.pk for root in roots if root != pinned]
        assert pages == [[pinned.pk, others[0]], others[1:3], others[3:]]
        for root in roots:
            number = next(n for n, page in enumerate(pages, 1) if root.pk in page)
            place = f"?comments={number}" if number > 1 else ""
            target = Client().get(f"/comments/{root.pk}/")["Location"]
            assert target == f"{post.get_absolute_url()}{place}#comment-{root.pk}"


def test_one_thread_a_page_still_shows_each_once(desk, say, post):
    CommentSettings(threads_per_page=1).save()
    first, second = say("First."), say("Second.")
    act(desk, second, "pin")
    assert order(page_of(post)) == [second.pk]
    assert order(page_of(post, "comments=2")) == [first.pk]


def test_a_pin_takes_the_place_of_the_one_before_and_undo_gives_it_back(say, mo):
    first, second = say("First."), say("Second.")
    thread_moderation.pin(first.pk, mo)
    done = thread_moderation.pin(second.pk, mo)
    assert list(Comment.objects.filter(is_pinned=True)) == [second]
    acts.undo(done.id, mo)
    assert list(Comment.objects.filter(is_pinned=True)) == [first]


def test_the_database_allows_one_pinned_comment_a_post(say, mo):
    first, second = say("First."), say("Second.")
    thread_moderation.pin(first.pk, mo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=second.pk).update(is_pinned=True)


@pytest.mark.parametrize("field", ["is_pinned", "is_locked"])
def test_the_database_refuses_a_pinned_or_locked_reply(say, field):
    reply = say("Reply.", parent=say("Root."))
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=reply.pk).update(**{field: True})


def test_a_pinned_comment_that_was_rejected_is_no_longer_first(desk, say, post, mo):
    first, second = say("First."), say("Second.")
    say("Below it.", parent=second)
    act(desk, second, "pin")
    moderation.reject([second.pk], mo)
    page = page_of(post)
    assert order(page)[:2] == [first.pk, second.pk]
    assert "Pinned" not in page


# --- Moved threads -------------------------------------------------------------------------------


def move(client, comment, to):
    return client.post(f"/moderation/{comment.pk}/move/", {"post": to})


@pytest.fixture
def thread(say):
    root = say("Root.", name="Root")
    reply = say("Reply.", parent=root)
    return root, reply, say("Hidden.", parent=reply, status=Status.PENDING)


def test_a_whole_thread_moves_to_another_post(desk, thread, post, other, say):
    say("It stays.")
    root, reply, hidden = thread
    assert "Root." in page_of(post)
    assert "Root." not in page_of(other)
    answer = move(desk, root, f"http://testserver/reviews/{other.slug}/?comments=2#x")
    assert answer.status_code == 302
    assert "Root." not in page_of(post)
    assert "It stays." in page_of(post)
    page = page_of(other)
    assert "Reply." in page
    assert "2 comments" in page
    assert "Hidden." not in page
    for comment in (root, reply):
        target = Client().get(f"/comments/{comment.pk}/")["Location"]
        assert target == f"{other.get_absolute_url()}#comment-{comment.pk}"
    assert set(Comment.objects.filter(post=other)) == {root, reply, hidden}
    for comment in Comment.objects.filter(post=other):
        assert comment.fingerprint == fingerprint(comment)
        assert comment.events.get(kind=Kind.MOVE).post == post


def test_a_moved_thread_is_in_the_feed_of_its_new_post_and_keeps_its_id(desk, thread, post, other):
    ids = re.findall(r"<guid[^>]*>([^<]+)", wire("/comments/feed/").text)
    assert "Root." in wire(f"/reviews/{post.slug}/feed/").text
    move(desk, thread[0], other.slug)
    assert "Root." not in wire(f"/reviews/{post.slug}/feed/").text
    assert "Root." in wire(f"/reviews/{other.slug}/feed/").text
    assert re.findall(r"<guid[^>]*>([^<]+)", wire("/comments/feed/").text) == ids


def test_a_reply_alone_is_not_moved(desk, thread, other):
    answer = move(desk, thread[1], other.slug)
    assert answer.status_code == 400
    assert "Only a whole thread can be moved." in answer.content.decode()
    assert not Comment.objects.filter(post=other).exists()


@pytest.mark.parametrize("to", ["", "no-such-post", "/reviews/draft/", "https://[", "a\0b"])
def test_a_thread_moves_only_to_a_published_post(desk, thread, write, to):
    write(slug="draft", published_at=None)
    assert move(desk, thread[0], to).status_code == 400
    assert not Event.objects.filter(kind=Kind.MOVE).exists()


def test_a_pinned_thread_arrives_unpinned(thread, say, other, mo):
    pinned = say("Pinned there.", post=other)
    thread_moderation.pin(pinned.pk, mo)
    thread_moderation.pin(thread[0].pk, mo)
    thread_moderation.move(thread[0].pk, other, mo)
    assert list(Comment.objects.filter(is_pinned=True)) == [pinned]


def test_undo_moves_a_thread_back(thread, post, other, mo):
    done = thread_moderation.move(thread[0].pk, other, mo)
    assert acts.undo(done.id, mo).moved
    assert Comment.objects.filter(post=post, moved_from=None).count() == 3
    assert acts.undo(done.id, mo) is None


def test_a_form_of_before_the_move_does_not_split_the_thread(thread, send, post, other, mo):
    thread_moderation.move(thread[0].pk, other, mo)
    assert send(to=post, parent=thread[0].pk).status_code == 400
    assert send(to=other, parent=thread[0].pk, email="zoe@example.com").status_code == 303
    assert Comment.objects.latest("pk").post == other


def test_a_thread_of_200_moves_in_a_handful_of_queries(
    say, other, mo, django_assert_max_num_queries
):
    root = say("Root.")
    for number in range(199):
        say(f"Reply {number}.", parent=root)
    with django_assert_max_num_queries(16):
        assert len(thread_moderation.move(root.pk, other, mo).moved) == 200


@pytest.mark.parametrize("name", ["", "lock:1", "approve", "x" * 5000])
def test_an_unknown_act_is_refused(desk, say, name):
    assert act(desk, say("Root."), name).status_code == 400
