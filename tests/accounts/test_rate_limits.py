"""Limits on login attempts, which stop those who guess but not the owners of accounts."""

import logging
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks_db.models import DBTaskResult

from accounts import rate_limits
from accounts.models import KnownLogin, LoginAttempt
from blog.models import SiteSettings
from operations import maintenance
from tests.support.counting_hasher import Counting
from tests.support.people import PASSWORD, person

HOME, ELSEWHERE = "198.51.100.1", "203.0.113.66"


def log_in(name: str = "ada", password: str = PASSWORD, address: str = HOME, **headers: str) -> Any:
    typed = {"username": name, "password": password}
    return Client().post("/login/", typed, REMOTE_ADDR=address, headers=headers)


def guess(times: int = 1, name: str = "ada", address: str = ELSEWHERE) -> list[int]:
    return [log_in(name, f"wrong {n}", address).status_code for n in range(times)]


def later(**time: int) -> None:
    """Let time pass."""
    passed = timedelta(**time)
    LoginAttempt.objects.update(first_at=F("first_at") - passed)
    KnownLogin.objects.update(last_at=F("last_at") - passed)


def got_in(answer: Any) -> bool:
    return answer.status_code == 302 and "sessionid" in answer.cookies


# --- By name and address --------------------------------------------------------------------


def test_a_stranger_who_guesses_is_limited_and_the_author_is_not(ada: Any) -> None:
    assert guess(7) == [200] * 5 + [429] * 2
    assert log_in(address=ELSEWHERE).status_code == 429  # even the right password is refused
    assert got_in(log_in(address=HOME))


def test_a_refused_login_says_how_long_to_wait_and_keeps_the_name(ada: Any) -> None:
    guess(5)
    answer = log_in(password="my secret", address=ELSEWHERE)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15 * 60
    assert "Please try again in 15 minutes." in page
    assert 'value="ada"' in page
    assert "my secret" not in page
    assert 'href="/password/reset/"' in page
    assert "no-store" in answer["Cache-Control"]


def test_the_wait_ends_and_refused_attempts_do_not_lengthen_it(ada: Any) -> None:
    guess(5)
    later(minutes=14)
    assert guess(5) == [429] * 5
    later(minutes=1)
    assert guess(1) == [200]
    assert got_in(log_in(address=ELSEWHERE))


def test_a_successful_login_clears_the_failures_before_it(ada: Any) -> None:
    for _day in range(3):
        assert guess(4, address=HOME) == [200] * 4
        assert got_in(log_in())


def test_the_sender_is_identified_by_the_connection_and_not_by_headers(ada: Any) -> None:
    for number in range(5):
        log_in(password="wrong", address=ELSEWHERE, x_forwarded_for=f"192.0.2.{number}")
    assert log_in(address=ELSEWHERE, x_forwarded_for="192.0.2.99").status_code == 429


def test_all_addresses_of_an_ipv6_network_count_as_one_sender(ada: Any) -> None:
    for number in range(5):
        guess(1, address=f"2001:db8:1:2:{number}::{number}")
    assert guess(1, address="2001:db8:1:2:ffff::1") == [429]
    assert guess(1, address="2001:db8:1:3::1") == [200]


def test_requests_without_a_valid_address_count_as_one_sender(ada: Any) -> None:
    assert guess(6, address="unix:") == [200] * 5 + [429]
    assert got_in(log_in())
    assert KnownLogin.objects.count() == 1


@pytest.fixture
def hashings(settings: Any) -> Callable[[], int]:
    """Return a function that says how many passwords have been hashed so far."""
    settings.PASSWORD_HASHERS = ["tests.support.counting_hasher.Counting"]
    Counting.times = 0
    return lambda: Counting.times


def test_simultaneous_guesses_do_not_exceed_the_limit(
    transactional_db: None, hashings: Callable[[], int]
) -> None:
    person("Ada")
    before, answers = hashings(), []
    start = threading.Barrier(12)

    def guessing() -> None:
        start.wait()
        answers.append(log_in(password="wrong", address=ELSEWHERE).status_code)
        connections.close_all()

    threads = [threading.Thread(target=guessing) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 5 + [429] * 7
    assert hashings() - before == 5


# --- One address and many names, one name and many addresses --------------------------------


@pytest.fixture
def sprayed(ada: Any) -> None:
    """Let somebody at home try twenty names."""
    assert [guess(1, f"name-{n}", HOME) for n in range(20)] == [[200]] * 20


def test_one_address_cannot_try_many_names(sprayed: None) -> None:
    assert guess(1, "name-20", HOME) == [429]
    assert log_in(address=HOME).status_code == 429
    assert got_in(log_in(address=ELSEWHERE))


def test_the_limit_of_an_address_spares_people_who_logged_in_from_it_before(
    ada: Any, mo: Any
) -> None:
    log_in()
    for number in range(20):
        guess(1, f"name-{number}", HOME)
    assert got_in(log_in())
    assert log_in("mo").status_code == 429
    later(minutes=15)
    assert got_in(log_in("mo"))


@pytest.fixture
def besieged(ada: Any) -> None:
    """Let Ada log in from home, then let ten machines guess her password up to the limit."""
    assert got_in(log_in())
    for number in range(10):
        for _guess in range(5):
            assert (
                rate_limits.register_attempt(rate_limits.LOGIN, "ada", f"192.0.2.{number}") is None
            )


def test_many_addresses_that_guess_one_password_are_limited_together(besieged: None) -> None:
    assert guess(1, address=ELSEWHERE) == [429]
    assert guess(1, "mo", address=ELSEWHERE) == [200]


def test_meanwhile_the_author_can_log_in_from_a_known_address(besieged: None) -> None:
    assert got_in(log_in())


def test_after_a_password_reset_the_author_can_log_in_from_a_new_address(
    besieged: None, ada: Any
) -> None:
    assert log_in(address=ELSEWHERE).status_code == 429
    ada.refresh_from_db()  # the link depends on the time of the last login
    uid, token = urlsafe_base64_encode(force_bytes(ada.pk)), default_token_generator.make_token(ada)
    client, new = Client(REMOTE_ADDR=ELSEWHERE), "another long one"
    form = client.get(f"/password/reset/{uid}/{token}/")["Location"]
    client.post(form, {"new_password1": new, "new_password2": new})
    assert got_in(log_in(password=new, address=ELSEWHERE))


# --- Nothing reveals who has an account -----------------------------------------------------


@pytest.fixture
def people(ada: Any) -> None:
    person("Shut", is_active=False)


def same(page: Any, name: str) -> str:
    """Return a page without the parts that differ in every response."""
    html = page.content.decode().replace(name, "NAME")
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", html)


@pytest.mark.parametrize("tries", [1, 6])
def test_wrong_password_unknown_name_and_inactive_account_get_the_same_page(
    tries: int, people: None, hashings: Callable[[], int]
) -> None:
    told = set()
    cases = [("ada", "wrong"), ("nobody", PASSWORD), ("shut", PASSWORD), ("shut", "wrong")]
    for number, (name, password) in enumerate(cases):
        for _try in range(tries):
            before = hashings()
            answer = log_in(name, password, f"192.0.2.{number}")
            work = hashings() - before
        told.add((answer.status_code, work, same(answer, name), "sessionid" in answer.cookies))
        LoginAttempt.objects.all().delete()
    assert len(told) == 1
    assert next(iter(told))[:2] == ((200, 1) if tries == 1 else (429, 0))


def test_the_log_contains_no_name_address_or_password(
    ada: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    guess(6)
    client = Client(REMOTE_ADDR=HOME)
    client.post("/login/", {"username": "ada", "password": PASSWORD})
    client.post("/logout/")
    for word in ("ada", "wrong", PASSWORD, HOME, ELSEWHERE):
        assert word not in caplog.text


# --- Stored attempts and how they are deleted -----------------------------------------------


def test_only_name_address_number_and_time_are_stored(ada: Any) -> None:
    log_in(password="wrong", user_agent="A browser", accept="text/html")
    log_in(address=ELSEWHERE, user_agent="A browser", accept="text/html")
    rows = [*LoginAttempt.objects.values(), *KnownLogin.objects.values()]
    assert len(rows) == 2
    for row in rows:
        assert "browser" not in str(row)
        assert "wrong" not in str(row)
        assert set(row) <= {
            *("id", "kind", "username", "ip_address", "attempts", "first_at", "last_at")
        }


def test_the_daily_job_deletes_attempts_and_addresses(ada: Any, mo: Any) -> None:
    SiteSettings(keep_address_days=3).save()
    log_in()
    guess(2)
    maintenance.clean_up()
    assert (LoginAttempt.objects.count(), KnownLogin.objects.count()) == (1, 1)
    later(hours=1)
    maintenance.clean_up()
    assert (LoginAttempt.objects.count(), KnownLogin.objects.count()) == (0, 1)
    later(days=3)
    maintenance.clean_up()
    assert KnownLogin.objects.count() == 0


def test_logging_in_again_creates_no_second_row(ada: Any) -> None:
    for _day in range(3):
        log_in()
    assert KnownLogin.objects.get().last_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.parametrize(("names", "cleared"), [([], True), (["ada"], True), (["mo"], False)])
def test_the_owner_can_clear_counted_attempts(names: list[str], cleared: bool, ada: Any) -> None:
    guess(5)
    call_command("clear_login_attempts", *names)
    assert got_in(log_in(address=ELSEWHERE)) is cleared


def test_the_admin_shows_neither_attempts_nor_secrets(olive: Any, logged_in: Any) -> None:
    page = logged_in(olive).get("/admin/").content.decode()
    assert "/admin/auth/user/" in page
    for app in ("accounts", "otp_totp", "otp_static"):
        assert f"/admin/{app}/" not in page


# --- A database that can't write ------------------------------------------------------------


def busy(execute: Any, sql: str, *call: Any) -> Any:
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise OperationalError("database is locked")
    return execute(sql, *call)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_while_the_database_is_locked_nobody_can_log_in(
    password: str, transactional_db: None, ada: Any
) -> None:
    with connection.execute_wrapper(busy):
        answer = log_in(password=password)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "log in right now." in page
    assert 'value="ada"' in page
    assert password not in page.replace("wrong name", "")
    assert "sessionid" not in answer.cookies
    assert got_in(log_in())


def test_a_login_fails_if_its_session_cannot_be_saved(transactional_db: None, ada: Any) -> None:
    def no_session(execute: Any, sql: str, *call: Any) -> Any:
        if "django_session" in sql and not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return execute(sql, *call)

    with connection.execute_wrapper(no_session):
        answer = log_in()
    assert answer.status_code == 503
    assert "sessionid" not in answer.cookies


def test_a_failure_to_store_the_address_does_not_prevent_a_login(
    transactional_db: None, ada: Any
) -> None:
    def no_log(execute: Any, sql: str, *call: Any) -> Any:
        if "accounts_knownlogin" in sql and not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return execute(sql, *call)

    with connection.execute_wrapper(no_log):
        assert got_in(log_in())


# --- Mails that set a new password ----------------------------------------------------------


def ask(email: str = "ada@example.org", address: str = HOME) -> Any:
    return Client().post("/password/reset/", {"email": email}, REMOTE_ADDR=address)


@pytest.fixture
def mails(settings: Any, transactional_db: None) -> Callable[[], int]:
    """Return a function that says how many mails are in the queue."""
    if settings.REDIS_URL:
        import django_rq

        django_rq.get_queue("default").empty()
        return lambda: django_rq.get_queue("default").count
    return DBTaskResult.objects.count


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_frequent_requests_for_one_mailbox_are_limited(
    email: str, ada: Any, mails: Callable[[], int]
) -> None:
    answers = [ask(email) for _time in range(5)]
    assert [answer.status_code for answer in answers] == [302] * 3 + [429] * 2
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert "Please try again in 60 minutes." in answers[-1].content.decode()
    assert email in answers[-1].content.decode()
    assert mails() == (3 if email.startswith("ada") else 0)
    later(hours=1)
    assert ask(email).status_code == 302


def test_one_mailbox_gets_a_limited_number_of_mails_from_many_senders(
    ada: Any, mails: Callable[[], int]
) -> None:
    spellings = ["ada@example.org", "Ada@example.org", "ADA@EXAMPLE.ORG"]
    for number in range(12):
        ask(spellings[number % 3], f"192.0.2.{number}")
    assert mails() == 5


def test_one_sender_cannot_request_mails_to_many_mailboxes(db: None) -> None:
    answers = [ask(f"somebody-{n}@example.org").status_code for n in range(12)]
    assert answers == [302] * 10 + [429] * 2


def test_requests_for_mails_do_not_prevent_a_login(ada: Any) -> None:
    for number in range(12):
        ask("ada", HOME)
        ask(f"somebody-{number}@example.org")
    assert rate_limits.register_attempt(rate_limits.PASSWORD_RESET, "other@example.org", HOME)
    assert got_in(log_in())
