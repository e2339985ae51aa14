"""The health checks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_healthz_makes_no_queries(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"web": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_healthz_works_without_a_database(client: Client) -> None:
    # This test does not use the database fixture, so any query would raise.
    assert client.get("/healthz").status_code == 200


def test_readyz_reports_that_everything_is_ready(db: None, client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    well = {"web": "ok", "database": "ok", "queue": "ok", "migrations": "ok"}
    assert answer.json() == well
    assert "no-store" in answer["Cache-Control"]


def test_readyz_names_a_missing_migration(db: None, client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="comments").latest("name").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "some are not applied"
    assert answer.json()["database"] == "ok"


def test_readyz_names_an_unavailable_database(db: None, client: Client) -> None:
    def away(*_call: Any) -> Any:
        raise OperationalError("could not connect to db.example as ada")

    with connection.execute_wrapper(away):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
    assert answer.json()["web"] == "ok"
    assert "ada" not in answer.content.decode()


def test_readyz_names_an_unavailable_queue(
    db: None, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "redis://127.0.0.1:1/0"  # nothing listens there
    settings.REDIS_URL = nobody
    queues = {"default": {"URL": nobody}}
    settings.RQ_QUEUES = queues
    monkeypatch.setattr("django_rq.settings.QUEUES", queues, raising=False)
    monkeypatch.setattr("django_rq.settings._QUEUES", queues, raising=False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"] == "does not answer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_work_over_plain_http_on_a_site_with_tls(
    path: str, db: None, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    fresh: Callable[..., Any] = (
        Client().get
    )  # a client whose handler is created under these settings
    assert fresh(path).status_code == 200
    assert fresh("/login/").status_code == 301
