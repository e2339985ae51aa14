"""The list of acts: who did what and when, and what can be undone of it."""

import html
import importlib
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import acts, moderation, reader_reports, thread_moderation
from comments.models import Comment, CommentSettings, Event, Kind, Status


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def lines(client, query="") -> list[str]:
    """Return the text of each line of the list."""
    page = client.get(f"/moderation/acts/{query}").content.decode()
    items = re.findall(r'<li class="act">(.*?)</li>', page, re.S)
    texts = [html.unescape(" ".join(re.sub("<[^>]+>", " ", item).split())) for item in items]
    return [text.replace(" ,", ",") for text in texts]


def undo(client, act_id, query=""):
    return client.post(f"/moderation/acts/undo/{query}", {"act": str(act_id)})


def test_the_newest_act_comes_first_with_who_did_what(desk, say, mo, olive):
    first, second = say("1", name="Ann", status="pending"), say("2", name="Ben", status="pending")
    moderation.approve([first.pk], mo)
    moderation.mark_as_spam([second.pk], olive)
    newest, older = lines(desk)
    assert newest.startswith("Marked as spam Comment by Ben · Metallic Rain Olive,")
    assert older.startswith("Approved Comment by Ann · Metallic Rain Mo,")


def test_a_bulk_act_is_one_line_with_its_number(desk, say, mo):
    ids = [say(f"{n}", status="pending").pk for n in range(12)]
    moderation.reject(ids, mo)
    (line,) = lines(desk)
    assert line.startswith("Moved to Trash (12)")


def test_what_readers_and_the_spam_check_do_is_no_act(desk, say):
    comment = say(status=Status.CHECKING)
    moderation.hold_unchecked([comment.pk], "")
    assert lines(desk) == []


def test_an_act_is_undone_from_the_list_and_the_filters_stay(desk, say, mo):
    ids = [say(f"{n}", status="pending").pk for n in range(3)]
    done = moderation.approve(ids, mo)
    answer = undo(desk, done.id, "?kind=approve")
    assert answer["Location"] == "/moderation/acts/?kind=approve"
    assert set(Comment.objects.values_list("status", flat=True)) == {"pending"}
    assert "Undone for 3 comments." in desk.get(answer["Location"]).content.decode()


def test_what_can_no_longer_be_undone_says_why(desk, say, mo, olive):
    one, two = say("1", status="pending"), say("2", status="pending")
    done = moderation.approve([one.pk, two.pk], mo)
    moderation.reject([one.pk], olive)
    newest, older = lines(desk)
    assert newest.endswith("Undo")
    assert older.endswith("Undo (1)")
    moderation.reject([two.pk], olive)
    assert lines(desk)[-1].endswith("Something else has happened since.")
    undo(desk, done.id)
    assert set(Comment.objects.values_list("status", flat=True)) == {"trash"}


def test_an_edit_points_to_the_text_before(desk, say, mo):
    moderation.edit(say().pk, mo, name="Rita", website="", body="Other words.")
    (line,) = lines(desk)
    assert line.startswith("Edited")
    assert line.endswith("The text before is on the comment's page.")
    assert acts.undo(Event.objects.get(kind=Kind.EDIT).act, mo) is None
    assert Comment.objects.get().body == "Other words."


@pytest.mark.parametrize(
    ("name", "opposite", "field"),
    [
        ("lock", "unlock", "is_locked"),
        ("unlock", "lock", "is_locked"),
        ("pin", "unpin", "is_pinned"),
        ("unpin", "pin", "is_pinned"),
    ],
)
def test_an_act_at_a_thread_is_undone_once(desk, say, mo, name, opposite, field):
    comment = say()
    if name.startswith("un"):
        getattr(thread_moderation, opposite)(comment.pk, mo)
    done = getattr(thread_moderation, name)(comment.pk, mo)
    before = Comment.objects.filter(**{field: True}).exists()
    assert lines(desk)[0].endswith("Undo")
    undo(desk, done.id)
    assert Comment.objects.filter(**{field: True}).exists() != before
    assert lines(desk)[1].endswith("Something else has happened since.")
    undo(desk, done.id)  # too late
    assert Comment.objects.filter(**{field: True}).exists() != before


def test_a_closed_conversation_and_a_moved_thread_are_undone(desk, say, mo, post, write):
    other, comment = write(title="Other Post"), say()
    closed = thread_moderation.close(post.pk, mo)
    moved = thread_moderation.move(comment.pk, other, mo)
    assert lines(desk)[0].startswith("Thread moved Comment by Rita · Other Post")
    assert lines(desk)[1].startswith("Conversation closed Metallic Rain")
    undo(desk, moved.id)
    undo(desk, closed.id)
    post.refresh_from_db()
    comment.refresh_from_db()
    assert post.comments_open
    assert comment.post == post


def test_dismissed_reports_can_be_opened_again(desk, say, mo):
    comment = say()
    reader_reports.take(comment, "203.0.113.9", CommentSettings(), reason="spam", words="")
    done = moderation.dismiss_reports(comment.pk, mo)
    assert not comment.reports.open().exists()
    undo(desk, done.id)
    assert comment.reports.open().exists()
    assert lines(desk)[1].endswith("Something else has happened since.")


def test_the_list_is_filtered_by_person_kind_and_date(desk, say, mo, olive):
    one, two, three = (say(f"{n}", status="pending") for n in range(3))
    moderation.approve([one.pk], mo)
    moderation.mark_as_spam([two.pk], olive)
    old = moderation.reject([three.pk], mo)
    Event.objects.filter(act=old.id).update(at=timezone.now() - timedelta(days=40))
    today = timezone.localdate()
    assert len(lines(desk)) == 3
    assert [line.split()[0] for line in lines(desk, f"?by={mo.pk}")] == ["Approved", "Moved"]
    assert [line.split()[0] for line in lines(desk, "?kind=spam")] == ["Marked"]
    recent = today - timedelta(days=2)
    assert len(lines(desk, f"?since={recent}")) == 2
    assert [line.split()[0] for line in lines(desk, f"?until={recent}")] == ["Moved"]
    assert len(lines(desk, f"?since={today}&until={today}")) == 2
    assert len(lines(desk, "?since=nonsense&by=x&kind=y")) == 3


def test_the_list_has_pages(desk, say, mo):
    for number in range(60):
        moderation.approve([say(f"{number}", status="pending").pk], mo)
    assert len(lines(desk)) == 50
    assert len(lines(desk, "?page=2")) == 10
    page = desk.get("/moderation/acts/?kind=approve").content.decode()
    assert 'rel="next" href="?kind=approve&amp;page=2"' in page


def test_a_handful_of_queries_however_many_acts_and_comments_there_are(desk, say, mo, write):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get("/moderation/acts/").status_code == 200
        return len(seen)

    def act() -> None:
        ids = [say(f"{Comment.objects.count()}", status="pending").pk for _n in range(4)]
        moderation.approve(ids, mo)
        thread_moderation.pin(ids[0], mo)
        thread_moderation.move(ids[1], write(), mo)
        thread_moderation.close(Comment.objects.get(pk=ids[1]).post_id, mo)

    act()
    few = queries()
    for _number in range(8):
        act()
    assert queries() == few <= 16


@pytest.mark.parametrize("value", ["", "x", "1", "\0", "00000000-0000-0000-0000-000000000000"])
def test_a_wrong_act_changes_nothing(desk, say, value):
    say(status="pending")
    assert undo(desk, value).status_code in (302, 400)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("name", ["lock", "pin", "close"])
def test_an_act_at_a_thread_is_undone_at_once_by_the_button_in_its_message(desk, say, name):
    first, second = say("1"), say("2")
    desk.post(f"/moderation/{first.pk}/thread/", {"act": "pin"})
    answer = desk.post(f"/moderation/{second.pk}/thread/", {"act": name})
    page = desk.get(answer["Location"]).content.decode()
    act = re.findall(r'name="act" value="([0-9a-f-]{36})"', page)[-1]
    answer = desk.post("/moderation/undo/", {"act": act, "detail": second.pk})
    page = desk.get(answer["Location"]).content.decode()
    assert "<p>Undone.</p>" in page
    assert "skipped" not in page
    assert list(Comment.objects.filter(is_pinned=True)) == [first]
    second.refresh_from_db()
    assert (second.is_locked, second.post.comments_open) == (False, True)


def test_events_from_before_the_upgrade_get_their_kind(say, mo):
    comment = say(status="pending")
    moderation.approve([comment.pk], mo)
    moderation.edit(comment.pk, mo, name="Rita", website="", body="Other words.")
    moderation.hide_reported(comment.pk, "")
    moderation.reject([comment.pk], mo)
    expected = ["submit", "approve", "edit", "automatic", "trash"]
    Event.objects.update(kind="")
    importlib.import_module("comments.migrations.0015_context").fill_kinds(apps, None)
    assert list(comment.events.values_list("kind", flat=True)) == expected


def test_an_act_at_very_many_comments_does_not_hide_those_before_it(desk, say, mo):
    old, many = say("old", status="pending"), say("many", status="pending")
    moderation.approve([old.pk], mo)
    done = moderation.reject([many.pk], mo)
    event = Event.objects.get(act=done.id)
    again = {"act": done.id, "at": event.at, "kind": event.kind, "by": mo}
    passage = {"status_from": "pending", "status_to": "trash"}
    Event.objects.bulk_create(Event(comment=many, **again, **passage) for _n in range(1_100))
    newest, older = lines(desk)
    assert newest.startswith("Moved to Trash (1101)")
    assert older.startswith("Approved")
