"""The classifier: a second opinion, learned from what moderators decided on this site."""

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import classifier as bench
from bench import corpus
from comments import moderation, retention
from comments.models import ClassifierState, Comment, CommentSettings, Event, Status
from comments.screening import classifier, logistic
from comments.screening.features import indices_of
from tests.support.fake_akismet import Mode
from tests.support.hostile_texts import all_texts, nested_texts
from tests.support.wire import wire
from tests.support.worker_round import run_worker_round

HAM = "I loved how the second season handled the ending, chapter {}, and the music too."
SPAM = "Cheap casino bonus pills {}, best price at http://pills{}.example.net/ click here!"


def ham(number: int) -> str:
    return HAM.format(number)


def spam(number: int) -> str:
    return SPAM.format(number, number)


@pytest.fixture
def decide(say, mo):
    """Return a function that lets a moderator approve and mark as spam so many comments."""

    def decided(approved: int = 50, marked: int = 50) -> tuple[list[int], list[int]]:
        good = [say(ham(n), status=Status.PENDING, name="Ann").pk for n in range(approved)]
        bad = [say(spam(n), status=Status.PENDING, name="Bob").pk for n in range(marked)]
        moderation.approve(good, mo)
        moderation.mark_as_spam(bad, mo)
        return good, bad

    return decided


def learn_and_score() -> None:
    classifier.learn_decisions()
    classifier.score_waiting(threading.Event())


def likelihood_of(comment: Comment) -> float | None:
    comment.refresh_from_db()
    return comment.likelihood


# --- Learning -----------------------------------------------------------------------------------


def test_it_learns_from_decisions_and_scores_what_waits(decide, say):
    decide()
    bad, good = (say(text, status=Status.PENDING) for text in (spam(99), ham(99)))
    learn_and_score()
    assert likelihood_of(bad) > 0.9
    assert likelihood_of(good) < 0.1
    assert bad.likelihood_percent >= 90
    assert "casino" in bad.likelihood_words["spam"]
    assert "ending" in good.likelihood_words["ham"]


@pytest.mark.parametrize(("approved", "marked"), [(49, 50), (50, 49)])
def test_it_says_nothing_below_fifty_decisions_of_each_kind(decide, say, approved, marked):
    decide(approved, marked)
    waiting = say(spam(99), status=Status.PENDING)
    learn_and_score()
    assert likelihood_of(waiting) is None
    assert not classifier.has_opinions()


def test_a_decision_that_is_undone_is_unlearned(decide, say, mo):
    decide(50, 49)
    last = say(spam(49), status=Status.PENDING)
    action = moderation.mark_as_spam([last.pk], mo)
    waiting = say(spam(99), status=Status.PENDING)
    learn_and_score()
    assert likelihood_of(waiting) is not None
    moderation.undo(action.id, mo)
    learn_and_score()
    assert likelihood_of(waiting) is None
    assert waiting.likelihood_words == {}


def test_a_wrong_decision_that_is_undone_leaves_no_trace(decide, say, mo):
    decide()
    learn_and_score()
    before = bytes(ClassifierState.objects.get().weights)
    wrong = say("A wombat in a hammock.", status=Status.PENDING)
    action = moderation.mark_as_spam([wrong.pk], mo)
    learn_and_score()
    assert bytes(ClassifierState.objects.get().weights) != before
    moderation.undo(action.id, mo)
    learn_and_score()
    assert bytes(ClassifierState.objects.get().weights) == before


def test_what_a_deleted_comment_taught_is_gone(decide, say, mo):
    decide()
    learn_and_score()
    before = bytes(ClassifierState.objects.get().weights)
    erased = say("A wombat in a hammock.", status=Status.PENDING, name="Walther")
    moderation.approve([erased.pk], mo)
    learn_and_score()
    assert bytes(ClassifierState.objects.get().weights) != before
    erased.delete()
    learn_and_score()
    assert bytes(ClassifierState.objects.get().weights) == before


def test_a_text_that_is_edited_is_learned_as_it_stands_and_scored_anew(decide, say, mo):
    approved, _marked = decide()
    waiting = say(ham(99), status=Status.PENDING)
    learn_and_score()
    before = bytes(ClassifierState.objects.get().weights)
    moderation.edit(waiting.pk, mo, name="Bob", website="", body=spam(98))
    moderation.edit(approved[0], mo, name="Ann", website="", body="Something else entirely.")
    classifier.score_waiting(threading.Event())
    assert likelihood_of(waiting) > 0.5
    learn_and_score()
    assert bytes(ClassifierState.objects.get().weights) != before


def test_what_the_purge_has_emptied_teaches_nothing(decide, say):
    _approved, marked = decide(50, 50)
    say("A reply keeps its place.", parent=Comment.objects.get(pk=marked[0]))
    learn_and_score()
    Comment.objects.filter(pk=marked[0]).update(decided_at=timezone.now() - timedelta(days=31))
    retention.purge()
    emptied = Comment.objects.get(pk=marked[0])
    assert (emptied.body, emptied.likelihood_words) == ("", {})
    learn_and_score()
    assert ClassifierState.objects.get().spam == 49
    assert not classifier.has_opinions()


def test_only_decisions_of_people_are_lessons(decide, say, mo, ada):
    decide(50, 49)
    for status in (Status.APPROVED, Status.SPAM):
        for number in range(3):
            say(f"A machine put it there, {number}.", status=status)
    moderation.reject([say("To the trash.", status=Status.PENDING).pk], mo)
    mine = say("The team's own.", user=ada, status=Status.APPROVED)
    moderation.mark_as_spam([mine.pk], mo)
    classifier.learn_decisions()
    assert ClassifierState.objects.values_list("ham", "spam").get() == (50, 49)


def test_moving_back_to_where_a_machine_put_a_comment_is_no_decision(say, mo):
    held = say("Held.", status=Status.SPAM)
    action = moderation.approve([held.pk], mo)
    assert classifier.decided(Status.APPROVED).count() == 1
    moderation.undo(action.id, mo)
    moderation.edit(held.pk, mo, name="Rita", website="", body="Held, edited.")
    assert not classifier.decided(Status.SPAM).exists()
    moderation.approve([held.pk], mo)
    moderation.mark_as_spam([held.pk], mo)
    assert classifier.decided(Status.SPAM).count() == 1


def test_nothing_is_learned_again_while_no_decision_changes(decide):
    decide()
    classifier.learn_decisions()
    first = ClassifierState.objects.get()
    classifier.learn_decisions()
    again = ClassifierState.objects.get()
    assert (again.version, again.trained_at) == (first.version, first.trained_at)


def test_the_order_of_decisions_makes_no_difference():
    lessons = [
        logistic.Lesson(indices_of(corpus.Sample("", "", text(number), is_spam)), is_spam)
        for number in range(60)
        for text, is_spam in ((ham, False), (spam, True))
    ]
    assert logistic.fit(lessons) == logistic.fit(reversed(lessons))


FIT = """
import json, zlib
from bench.corpus import Sample
from comments.screening import logistic
from comments.screening.features import indices_of
texts = json.loads(input())
lessons = [logistic.Lesson(indices_of(Sample("A B", "http://a.example/b-c", t, s)), s)
           for t, s in texts]
print(zlib.crc32(logistic.fit(lessons)))
"""


def test_every_process_learns_the_same():
    texts = [[text(n), is_spam] for n in range(20) for text, is_spam in ((ham, 0), (spam, 1))]
    found = {
        subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-c", FIT],
            input=json.dumps(texts),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=site_settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_two_workers_that_learn_at_once_do_no_harm(decide, say, mo, monkeypatch):
    decide()
    fit = logistic.fit

    def fit_late(lessons, stopping=None):
        """Let another worker learn more in the meantime."""
        weights = fit(lessons, stopping)
        monkeypatch.setattr(logistic, "fit", fit)
        moderation.approve([say(ham(60), status=Status.PENDING).pk], mo)
        classifier.learn_decisions()
        return weights

    monkeypatch.setattr(logistic, "fit", fit_late)
    classifier.learn_decisions()
    state = ClassifierState.objects.get()
    assert (state.ham, state.spam, state.version) == (51, 50, 1)
    classifier.learn_decisions()
    assert ClassifierState.objects.get().version == 1


def test_a_worker_that_stops_leaves_what_was_learned_before(decide, say, mo):
    decide()
    classifier.learn_decisions()
    before = ClassifierState.objects.values().get()
    moderation.approve([say(ham(60), status=Status.PENDING).pk], mo)
    stopping = threading.Event()
    stopping.set()
    classifier.learn_decisions(stopping)
    assert ClassifierState.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_the_worker_learns_and_scores(decide, say, settings):
    settings.AKISMET_API_KEY = ""
    decide()
    waiting = say(spam(99), status=Status.PENDING)
    run_worker_round()
    assert likelihood_of(waiting) > 0.9


# --- Scoring ------------------------------------------------------------------------------------


def test_no_text_breaks_it(decide, say):
    decide()
    classifier.learn_decisions()
    opinions = classifier.current_classifier()
    for text in [*all_texts(), *nested_texts()]:
        comment = Comment(name=text[:100], website=text[:200], email=text[:200], body=text)
        likelihood, words = opinions.opinion(comment)
        assert likelihood is not None
        assert 0 <= likelihood <= 1
        json.dumps(words)


def test_scoring_takes_the_same_few_queries_for_any_text(decide, say):
    decide()
    classifier.learn_decisions()
    counts = []
    for body in ("Short.", " ".join(f"word{n}" for n in range(400))):
        say(body, status=Status.PENDING)
        with CaptureQueriesContext(connection) as queries:
            classifier.score_waiting(threading.Event())
        counts.append(len(queries))
    assert counts[0] >= counts[1]
    assert counts[1] <= 9


@pytest.mark.parametrize("status", [Status.APPROVED, Status.TRASH])
def test_what_does_not_wait_is_not_scored(decide, say, status):
    decide()
    other = say(spam(99), status=status)
    learn_and_score()
    assert likelihood_of(other) is None


def test_the_database_takes_no_likelihood_beyond_a_share(say):
    comment = say()
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(likelihood=1.1)


# --- The threshold ------------------------------------------------------------------------------


def last_event(comment: Comment) -> Event:
    event = comment.events.last()
    assert event is not None
    return event


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("threshold", "status"), [(None, "pending"), (90, "spam")])
def test_after_the_check_likely_spam_is_held_only_if_the_owner_says_so(
    decide, say, akismet, threshold, status
):
    decide()
    classifier.learn_decisions()
    CommentSettings(classifier_threshold=threshold).save()
    bad, good = (say(text, status=Status.CHECKING) for text in (spam(99), ham(99)))
    run_worker_round()
    assert likelihood_of(bad) > 0.9
    assert likelihood_of(good) < 0.1
    assert (bad.status, bad.result, good.status) == (status, "ham", "pending")
    assert ("classifier (threshold: 90%)" in bad.reason) == (status == "spam")
    assert last_event(bad).why == bad.reason
    assert last_event(bad).by is None
    assert Comment.objects.filter(pk=bad.pk, decided_at=None).exists()


@pytest.mark.parametrize(("threshold", "status"), [(None, "pending"), (90, "spam")])
def test_without_akismet_the_threshold_holds_too(decide, send, settings, threshold, status):
    settings.AKISMET_API_KEY = ""
    decide()
    classifier.learn_decisions()
    CommentSettings(classifier_threshold=threshold, flood_seconds=0).save()
    send(body=spam(99), name="Bob", email="bob@example.net")
    bad = Comment.objects.latest("pk")
    assert (bad.status, bad.likelihood_percent >= 90) == (status, True)
    assert last_event(bad).status_to == status
    send(body=ham(99), name="Ann", email="ann@example.org")
    assert Comment.objects.latest("pk").status == Status.PENDING


@pytest.mark.django_db(transaction=True)
def test_what_it_holds_is_reported_to_akismet_by_nobodys_decision(decide, say, akismet, mo):
    decide()
    classifier.learn_decisions()
    CommentSettings(classifier_threshold=90).save()
    held = say(spam(99), status=Status.CHECKING)
    run_worker_round()
    action = moderation.approve([held.pk], mo)
    moderation.undo(action.id, mo)
    Comment.objects.filter(pk=held.pk).update(decided_at=timezone.now() - timedelta(minutes=1))
    run_worker_round()
    assert Comment.objects.get(pk=held.pk).status == Status.SPAM
    assert akismet.calls_to("submit-spam") == []
    moderation.approve([held.pk], mo)
    moderation.mark_as_spam([held.pk], mo)
    Comment.objects.filter(pk=held.pk).update(decided_at=timezone.now() - timedelta(minutes=1))
    run_worker_round()
    assert len(akismet.calls_to("submit-spam")) == 1


@pytest.mark.django_db(transaction=True)
def test_it_publishes_and_deletes_nothing(decide, say, akismet):
    decide()
    classifier.learn_decisions()
    CommentSettings(classifier_threshold=50).save()
    akismet.answer = Mode.SPAM
    found = [say(text(n), status=Status.CHECKING) for n in range(90, 95) for text in (ham, spam)]
    run_worker_round()
    rows = Comment.objects.filter(pk__in=[comment.pk for comment in found])
    assert list(rows.values_list("status", "result").distinct()) == [("spam", "spam")]
    assert rows.count() == len(found)


def test_the_threshold_touches_nothing_that_waits_already(decide, say):
    decide()
    waiting = say(spam(99), status=Status.PENDING)
    CommentSettings(classifier_threshold=50).save()
    learn_and_score()
    assert likelihood_of(waiting) > 0.9
    assert waiting.status == Status.PENDING


@pytest.mark.parametrize("percent", [0, 49, 100])
def test_the_owner_can_set_no_threshold_that_makes_no_sense(olive, logged_in, db, percent):
    owner, address = logged_in(olive), "/admin/comments/commentsettings/"
    owner.get(address)
    page = owner.post(f"{address}1/change/", {"classifier_threshold": percent})
    assert page.status_code == 200
    with pytest.raises(DatabaseError), transaction.atomic():
        CommentSettings.objects.update(classifier_threshold=percent)


# --- What people see ----------------------------------------------------------------------------


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def test_the_queue_and_the_page_of_a_comment_show_likelihood_and_words(decide, say, desk):
    decide()
    waiting = say(spam(99), status=Status.PENDING)
    for path in ("/moderation/", f"/moderation/{waiting.pk}/"):
        assert "Likely spam:" not in desk.get(path).content.decode()
    learn_and_score()
    waiting.refresh_from_db()
    for path in ("/moderation/", f"/moderation/{waiting.pk}/"):
        page = desk.get(path).content.decode()
        assert f"Likely spam: {waiting.likelihood_percent}%" in page
        assert "<bdi>casino</bdi>" in page


def test_words_are_escaped(say, desk):
    say(
        "x",
        status=Status.PENDING,
        likelihood=0.7,
        likelihood_words={"spam": ["<b>x</b>"], "ham": []},
    )
    assert "<bdi>&lt;b&gt;x&lt;/b&gt;</bdi>" in desk.get("/moderation/").content.decode()


def test_the_queue_takes_no_more_queries_with_likelihoods(decide, say, desk):
    decide()
    for number in range(20):
        say(spam(number + 100), status=Status.PENDING)
    desk.get("/moderation/")
    with CaptureQueriesContext(connection) as without:
        desk.get("/moderation/")
    learn_and_score()
    with CaptureQueriesContext(connection) as with_likelihoods:
        page = desk.get("/moderation/").content.decode()
    assert page.count("Likely spam:") == 20
    assert len(with_likelihoods) == len(without)


def test_the_queue_is_sorted_by_likelihood_with_the_unscored_last(say):
    for likelihood in (0.2, None, 0.9, 0.5):
        say(f"{likelihood}", status=Status.PENDING, likelihood=likelihood)
    waiting = Comment.objects.filter(status=Status.PENDING)
    found = waiting.in_queue_order(Status.PENDING, order="likelihood")
    assert [comment.likelihood for comment in found] == [0.9, 0.5, 0.2, None]


def test_the_order_by_likelihood_comes_from_an_index(say):
    waiting = Comment.objects.filter(status=Status.PENDING)
    ordered = waiting.in_queue_order(Status.PENDING, order="likelihood").values_list("pk")[:51]
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            plan = ordered.explain()
    else:
        plan = ordered.explain()
    assert "comment_by_likelihood" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_the_privacy_page_tells_readers_of_it_while_it_has_an_opinion(decide, mo):
    def page() -> str:
        return wire("/privacy/").text  # as the page cache has it

    _approved, marked = decide()
    assert "A program on this server" not in page()
    classifier.learn_decisions()
    assert "A program on this server" in page()
    assert "put with the spam" not in page()
    moderation.restore(marked[:1], mo)
    assert "A program on this server" in page()
    classifier.learn_decisions()
    assert "A program on this server" not in page()


def test_the_privacy_page_tells_readers_of_the_threshold(decide, client):
    CommentSettings(classifier_threshold=90).save()
    decide()
    classifier.learn_decisions()
    assert "put with the spam" in client.get("/privacy/").content.decode()


# --- Real comments ------------------------------------------------------------------------------


@pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason="no labelled comments beside the project")
def test_it_tells_real_spam_from_real_ham():
    samples = bench.in_time_order(bench.text_only(list(corpus.wordpress_samples())))
    assert bench.judge(bench.learn(samples[:500]), samples[500:]).auc >= 0.980
