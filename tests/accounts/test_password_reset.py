"""The mail for a forgotten password while the mail server is unavailable."""

import time
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.tasks import RETRY_PAUSES
from core.models import MailService
from operations import queue
from tests.support.smtp_server import Postbox

pytestmark = pytest.mark.django_db(transaction=True)  # the worker closes its connection


@pytest.fixture(autouse=True)
def _an_empty_queue() -> None:
    if site.REDIS_URL:
        queue = redis_queue()
        queue.empty()
        queue.connection.delete(queue.scheduled_job_registry.key)


def redis_queue() -> Any:
    import django_rq

    return django_rq.get_queue("default")


def waiting() -> int:
    """Return how many mails are waiting for their next attempt."""
    if site.REDIS_URL:
        return redis_queue().scheduled_job_registry.count
    return DBTaskResult.objects.filter(status="READY").count()


def their_time_comes() -> None:
    if not site.REDIS_URL:
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        return
    registry = redis_queue().scheduled_job_registry
    for name in registry.get_job_ids():
        registry.connection.zadd(registry.key, {name: time.time() - 1})


def ask(person: Any) -> None:
    Client().post("/password/reset/", {"email": person.email}, headers={"host": "127.0.0.1"})
    queue.run_queued()


def test_a_mail_is_sent_when_the_mail_server_is_back(ada: Any, postbox: Postbox) -> None:
    postbox.refuse = True
    ask(ada)
    assert (waiting(), MailService.objects.get().failures) == (1, 1)
    queue.run_queued()  # the next attempt is not due yet
    assert MailService.objects.get().failures == 1
    postbox.refuse = False
    their_time_comes()
    queue.run_queued()
    (mail,) = postbox.mails
    assert mail["To"] == "ada@example.org"
    assert waiting() == 0
    queue.run_queued()
    assert len(postbox.mails) == 1


def test_a_mail_is_given_up_after_several_attempts(ada: Any, postbox: Postbox) -> None:
    postbox.refuse = True
    ask(ada)
    for _turn in range(2 * len(RETRY_PAUSES)):
        their_time_comes()
        queue.run_queued()
    assert MailService.objects.get().failures == 1 + len(RETRY_PAUSES)
    assert waiting() == 0


def test_an_account_deleted_meanwhile_gets_no_mail(ada: Any, postbox: Postbox) -> None:
    postbox.refuse = True
    ask(ada)
    ada.delete()
    postbox.refuse = False
    their_time_comes()
    queue.run_queued()
    assert postbox.mails == []
    assert waiting() == 0
