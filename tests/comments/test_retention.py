"""What is deleted when, and what the privacy page says about it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import SiteSettings
from comments import moderation, retention
from comments.models import Comment, CommentSettings, Status


@pytest.fixture
def aged(say):
    def comment(days: float, **values) -> Comment:
        return say(
            f"{days} days {values}", created_at=timezone.now() - timedelta(days=days), **values
        )

    return comment


KNOWN = {"address": "203.0.113.9", "user_agent": "Browser/1.0", "referrer": "http://testserver/"}


def test_ip_addresses_are_deleted_after_30_days(aged):
    old, new = aged(30.1, **KNOWN), aged(29.9, **KNOWN)
    retention.purge()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.address, old.user_agent, old.referrer) == (None, "", "")
    assert new.address == "203.0.113.9"
    assert old.body


def test_data_sent_to_akismet_is_deleted_after_30_days(aged):
    old, new = (aged(days, akismet_request={"user_ip": "203.0.113.9"}) for days in (30.1, 29.9))
    retention.purge()
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.akismet_request is None
    assert new.akismet_request == {"user_ip": "203.0.113.9"}


@pytest.mark.parametrize("status", [Status.SPAM, Status.TRASH])
def test_spam_and_trash_are_deleted_after_30_days(aged, status):
    aged(30.1, status=status)
    new = aged(29.9, status=status)
    retention.purge()
    assert list(Comment.objects.all()) == [new]


@pytest.mark.parametrize("status", [Status.CHECKING, Status.PENDING, Status.APPROVED])
def test_nothing_else_is_ever_deleted(aged, status):
    aged(3000, status=status)
    retention.purge()
    assert Comment.objects.count() == 1


def test_days_count_from_the_decision(aged):
    aged(300, status=Status.TRASH, decided_at=timezone.now() - timedelta(days=3))
    retention.purge()
    assert Comment.objects.count() == 1


def test_a_deleted_comment_with_replies_becomes_an_empty_placeholder(aged, say, client, post):
    old = aged(31, status=Status.TRASH)
    say("The reply stays.", parent=old)
    retention.purge()
    old.refresh_from_db()
    assert (old.name, old.email, old.body, old.body_html) == ("", "", "", "")
    assert "The reply stays." in client.get(f"/reviews/{post.slug}/").content.decode()


def test_a_thread_of_spam_is_deleted_completely(aged):
    root = aged(31, status=Status.SPAM)
    aged(31, status=Status.SPAM, parent=aged(31, status=Status.SPAM, parent=root))
    for _day in range(3):
        retention.purge()
    assert Comment.objects.count() == 0


def test_the_owner_sets_the_days_and_the_privacy_page_shows_them(aged, akismet):
    SiteSettings(keep_address_days=3).save()
    CommentSettings(keep_sent_days=4, keep_spam_days=5, keep_trash_days=6).save()
    aged(3.1, **KNOWN)
    aged(4.1, akismet_request={"a": "b"})
    aged(5.1, status=Status.SPAM)
    aged(6.1, status=Status.TRASH)
    retention.purge()
    assert Comment.objects.count() == 2
    assert not Comment.objects.filter(address__isnull=False).exists()
    assert not Comment.objects.filter(akismet_request__isnull=False).exists()
    page = Client().get("/privacy/").content.decode()
    for days in ("3 days", "4 days", "5 days", "6 days"):
        assert days in page


def test_the_privacy_page_mentions_akismet_only_if_it_is_used(client, db, akismet, settings):
    assert "akismet.com/privacy" in client.get("/privacy/").content.decode()
    settings.AKISMET_API_KEY = ""
    assert "akismet.com/privacy" not in client.get("/privacy/").content.decode()


def test_a_placeholder_contains_no_data_and_does_not_count_as_a_comment(aged, say, mo):
    old = aged(31, status=Status.TRASH, akismet_request={"a": "b"}, **KNOWN)
    moderation.edit(old.pk, mo, name="Rita", website="", body="corrected")
    say("The reply stays.", parent=old)
    retention.purge()
    old.refresh_from_db()
    assert (old.body, old.address, old.akismet_request, old.user_agent) == ("", None, None, "")
    assert not old.events.exclude(text="").exists()
    assert moderation.approve([old.pk], mo).moved == []
