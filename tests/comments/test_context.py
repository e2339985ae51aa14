"""The page of one comment: what a moderator sees around it, and where it leads back to."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import moderation
from comments.models import Comment, PersonNote, Status


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def page_of(client, comment, query=""):
    return client.get(f"/moderation/{comment.pk}/{query}").content.decode()


def words(page: str) -> str:
    """Return the visible text of a page in one line."""
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def section(page: str, title: str) -> str:
    return page.partition(f'aria-labelledby="{title}"')[2].partition("</section>")[0]


def test_the_thread_around_a_comment_is_its_parents_neighbours_and_replies(desk, say):
    root = say("The root.", name="Root")
    parent = say("The parent.", name="Parent", parent=root)
    before = say("Before.", name="Before", parent=parent)
    comment = say("This one.", name="This", parent=parent, status=Status.PENDING)
    after = say("After.", name="After", parent=parent)
    reply = say("A reply.", name="Reply", parent=comment)
    say("Elsewhere.", name="Elsewhere", parent=root)
    around = section(page_of(desk, comment), "around-title")
    order = [around.index(f"/moderation/{each.pk}/") for each in (root, parent, before)]
    order += [around.index("This comment")]
    order += [around.index(f"/moderation/{each.pk}/") for each in (reply, after)]
    assert order == sorted(order)
    assert "Elsewhere" not in around


def test_of_many_replies_five_are_shown_and_the_others_counted(desk, say):
    comment = say("Much answered.")
    for number in range(8):
        say(f"Answer {number}.", parent=comment)
    around = words(section(page_of(desk, comment), "around-title"))
    assert "Answer 4." in around
    assert "Answer 5." not in around
    assert "3 more replies" in around


def test_the_history_of_a_person_is_counted_by_email_and_by_address_apart(desk, say):
    first = timezone.now() - timedelta(days=400)
    say("1", status=Status.APPROVED, created_at=first)
    say("2", status=Status.SPAM)
    say("3", status=Status.TRASH, address="203.0.113.5")
    say("4", status=Status.SPAM, email="other@example.com", address="203.0.113.5")
    say("5", status=Status.SPAM, email="third@example.com", address="203.0.113.6")
    comment = say("6", status=Status.PENDING, address="203.0.113.5")
    page = section(page_of(desk, comment), "person-title")
    by_email, _mark, by_address = words(page).partition("Perhaps the same person")
    assert "1 approved , 1 spam , 1 trash ," in by_email.replace("1 pending , ", "")
    assert f"first seen on {first:%b}"[:-2] in by_email
    assert "1 spam" in by_address
    assert "approved" not in by_address
    assert "status=spam&amp;q=rita%40example.com" in page
    assert "status=spam&amp;q=203.0.113.5" in page


def test_a_note_stands_on_the_page_of_each_comment_of_that_person(desk, say, mo):
    first, second = say("1", email="rita@example.com"), say("2", email="rita@example.com")
    stranger = say("3", email="someone@example.com")
    answer = desk.post(f"/moderation/{first.pk}/note/", {"note": "Knows the <b>author</b>."})
    assert answer.status_code == 302
    page = page_of(desk, second)
    assert "Knows the &lt;b&gt;author&lt;/b&gt;." in page
    assert "Mo" in words(section(page, "person-title"))
    assert "Knows the" not in page_of(desk, stranger)
    note = PersonNote.objects.get()
    assert (note.person, note.by) == ("rita@example.com", mo)


def test_the_case_of_an_email_address_makes_no_other_person(desk, say):
    say("1", email="rita@example.com")
    comment = say("2", email="Rita@Example.com")
    PersonNote.objects.create(person="rita@example.com", text="Known.")
    assert "Known." in page_of(desk, comment)


def test_any_moderator_deletes_a_note_but_only_of_that_person(desk, say, olive):
    comment, other = say("1"), say("2", email="other@example.com")
    note = PersonNote.objects.create(person="rita@example.com", text="Old.", by=olive)
    desk.post(f"/moderation/{other.pk}/note/{note.pk}/delete/")
    assert PersonNote.objects.exists()
    desk.post(f"/moderation/{comment.pk}/note/{note.pk}/delete/")
    assert not PersonNote.objects.exists()


def test_an_empty_note_is_refused_and_a_comment_without_email_has_none(desk, say):
    comment, nameless = say("1"), say("2", email="")
    refused = desk.post(f"/moderation/{comment.pk}/note/", {"note": "  "})
    assert refused.status_code == 400
    assert "Please write a note." in refused.content.decode()
    assert desk.post(f"/moderation/{nameless.pk}/note/", {"note": "x"}).status_code == 404
    assert "Add a note" not in page_of(desk, nameless)
    assert not PersonNote.objects.exists()


def test_readers_never_see_a_note(client, say, post):
    say("1")
    PersonNote.objects.create(person="rita@example.com", text="A secret note.")
    assert "A secret note." not in client.get(post.get_absolute_url()).content.decode()


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM])
def test_next_and_previous_follow_the_order_of_the_tab(desk, say, status):
    now = timezone.now()
    oldest, middle, newest = (
        say(f"{n}", status=status, created_at=now - timedelta(hours=9 - n)) for n in range(3)
    )
    say("elsewhere", status=Status.TRASH, created_at=now - timedelta(hours=8))
    previous, following = (oldest, newest) if status == Status.PENDING else (newest, oldest)
    place = "" if status == Status.PENDING else f"?status={status}"  # the start of the queue
    page = page_of(desk, middle, f"?status={status}")
    assert f'rel="prev" href="/moderation/{previous.pk}/{place}"' in page
    assert f'rel="next" href="/moderation/{following.pk}/{place}"' in page
    assert 'rel="prev"' not in page_of(desk, previous, f"?status={status}")
    assert 'rel="next"' not in page_of(desk, following, f"?status={status}")


def test_next_and_previous_stay_in_the_search(desk, say):
    first, _other, last = (say(body, status="pending") for body in ("rain 1", "sun", "rain 2"))
    page = page_of(desk, first, "?status=pending&q=rain")
    assert f'href="/moderation/{last.pk}/?status=pending&amp;q=rain"' in page


def test_the_place_in_the_queue_is_carried_along(desk, say):
    comment = say("Cold rain.", status=Status.SPAM)
    for number in range(55):
        say(f"rain {number}", status=Status.SPAM)
    queue = desk.get("/moderation/?status=spam&q=rain&page=2").content.decode()
    link = f"/moderation/{comment.pk}/?status=spam&amp;q=rain&amp;page=2"
    assert link in queue
    page = desk.get(html.unescape(link)).content.decode()
    back = f"/moderation/?status=spam&amp;q=rain&amp;page=2#comment-{comment.pk}"
    assert f'href="{back}"' in page
    place = {"status": "spam", "q": "rain", "page": "2", "detail": comment.pk}
    done = desk.post("/moderation/act/", {"act": f"restore:{comment.pk}", **place})
    assert done["Location"] == html.unescape(link)
    noted = desk.post(f"/moderation/{comment.pk}/note/", {"note": "x", **place})
    assert noted["Location"] == html.unescape(link)


def test_the_page_begins_with_the_comment_and_its_forms_and_ends_with_the_history(desk, say):
    comment = say("This one.", status=Status.PENDING, parent=say("Above."))
    page = page_of(desk, comment)
    parts = ['class="moderation-item"', 'value="approve:', "/reply/", "/edit/"]
    parts += ["around-title", "thread-title", "person-title", ">History<"]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert re.search(r'<details class="fold">\s*<summary>History</summary>', page)


def test_the_original_stands_beside_the_form_after_edits(desk, say, mo):
    comment = say("The very first words.")
    assert "The original" not in page_of(desk, comment)
    for body in ("Second words.", "Third words."):
        moderation.edit(comment.pk, mo, name="Rita", website="", body=body)
    beside = page_of(desk, comment).partition("The original, before any edit")[2]
    assert "The very first words." in beside.partition("</details>")[0]


def test_the_page_takes_a_handful_of_queries_whatever_is_around(desk, say, post, mo):
    def queries(comment: Comment) -> int:
        with CaptureQueriesContext(connection) as seen:
            page_of(desk, comment)
        return len(seen)

    root = say("Root.", address="203.0.113.5")
    small = say("Small.", parent=root, address="203.0.113.5", status=Status.PENDING)
    say("A reply.", parent=small)
    PersonNote.objects.create(person="rita@example.com", text="1", by=mo)
    few = queries(small)
    deep = small
    for number in range(30):
        deep = say(f"Deep {number}", parent=deep, address="203.0.113.5")
        say(f"Beside {number}", parent=small, email="other@example.com", address="203.0.113.5")
        PersonNote.objects.create(person="rita@example.com", text="more", by=mo)
    assert queries(small) == few <= 20
    assert queries(deep) <= few
