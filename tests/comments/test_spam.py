"""The spam check against a stand-in over real HTTP: requests, results and failures."""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from comments.models import CommentSettings, Result
from comments.screening import akismet
from comments.screening.akismet import Alert, Answer, CheckFailed, FailureKind
from tests.support.fake_akismet import KEY, Mode, Reply, StandIn

SITE = "https://reviews.example"
SENT = {
    "blog": SITE,
    "user_ip": "203.0.113.7",
    "comment_content": "Ünïcode & = + %20\r\nsecond line 😀",
    "comment_parent": "7",
    "honeypot_field_name": "city",
    "city": "Spamville & Co",
}


@pytest.fixture
def stand_in(settings) -> Iterator[StandIn]:
    with StandIn() as service:
        settings.AKISMET_API_URL = service.url
        settings.AKISMET_API_KEY = service.key
        settings.SITE_URL = SITE
        yield service


@pytest.fixture
def soon(monkeypatch) -> float:
    """Make the deadline short enough to wait for."""
    monkeypatch.setattr(akismet, "CHECK_DEADLINE", 0.5)
    return 0.5


@pytest.fixture
def all_logs(caplog) -> pytest.LogCaptureFixture:
    """Capture the log of every logger at every level."""
    for name in ["", *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def comment(**changes: Any) -> SimpleNamespace:
    """Return a comment with the attributes that the check uses."""
    post = SimpleNamespace(
        get_absolute_url=lambda: "/reviews/metallic-rouge/",
        updated_at=datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC),
    )
    values = {
        "address": "203.0.113.7",
        "user_agent": "Browser/1.0",
        "referrer": "https://search.example/",
        "post": post,
        "parent_id": None,
        "name": "Ana",
        "email": "ana@example.org",
        "website": "https://ana.example/",
        "body": "I liked it.",
        "created_at": datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2))),
        "honeypot_name": "city",
        "honeypot_value": "",
    }
    return SimpleNamespace(**(values | changes))


def check(payload: dict[str, str]) -> Answer:
    return asyncio.run(akismet.check(payload))


def report(payload: dict[str, str], result: Result) -> None:
    asyncio.run(akismet.report(payload, result))


def verify_key() -> bool:
    return asyncio.run(akismet.verify_key())


def usage() -> dict[str, Any]:
    return asyncio.run(akismet.usage())


def failure(call: Callable[[], object] = lambda: check(SENT)) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        call()
    return caught.value


# What is sent


def test_a_comment_is_described_in_akismets_fields(settings):
    settings.SITE_URL, settings.LANGUAGE_CODE = SITE, "de"
    assert akismet.build_payload(comment(), CommentSettings()) == {
        "blog": SITE,
        "user_ip": "203.0.113.7",
        "user_agent": "Browser/1.0",
        "referrer": "https://search.example/",
        "permalink": f"{SITE}/reviews/metallic-rouge/",
        "comment_type": "comment",
        "comment_author": "Ana",
        "comment_author_email": "ana@example.org",
        "comment_author_url": "https://ana.example/",
        "comment_content": "I liked it.",
        "comment_date_gmt": "2026-03-01T23:30:00+00:00",
        "comment_post_modified_gmt": "2026-03-01T12:00:00+00:00",
        "blog_lang": "de",
        "blog_charset": "UTF-8",
    }


def test_a_reply_says_so_and_names_its_parent():
    sent = akismet.build_payload(comment(parent_id=12), CommentSettings())
    assert (sent["comment_type"], sent["comment_parent"]) == ("reply", "12")


def test_a_filled_honeypot_is_sent_with_its_name_and_value():
    sent = akismet.build_payload(comment(honeypot_value="Spamville"), CommentSettings())
    assert (sent["honeypot_field_name"], sent["city"]) == ("city", "Spamville")


def test_empty_values_are_left_out_and_an_unknown_address_is_replaced():
    sent = akismet.build_payload(
        comment(address=None, website="", referrer="", user_agent=""), CommentSettings()
    )
    assert not {"comment_author_url", "referrer", "user_agent", "recheck_reason"} & sent.keys()
    assert sent["user_ip"] == "0.0.0.0"  # noqa: S104  (nothing listens there)


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("send_name", "comment_author"),
        ("send_email", "comment_author_email"),
        ("send_website", "comment_author_url"),
        ("send_browser", "user_agent"),
        ("send_referrer", "referrer"),
    ],
)
def test_the_owner_can_keep_a_field_from_akismet(setting, name):
    everything = akismet.build_payload(comment(), CommentSettings())
    sent = akismet.build_payload(comment(), CommentSettings(**{setting: False}))
    assert everything.keys() - sent.keys() == {name}


def test_characters_that_cannot_be_stored_or_sent_are_replaced():
    sent = akismet.build_payload(comment(body="a\0b\ud800c"), CommentSettings())
    assert sent["comment_content"] == "ab?c"


def test_a_request_contains_exactly_the_data_and_the_key(stand_in):
    check(SENT)
    [call] = stand_in.calls_to("comment-check")
    assert sorted(parse_qsl(call.body.decode("ascii"))) == sorted({**SENT, "api_key": KEY}.items())
    assert call.path == "/1.1/comment-check"
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.headers["accept-encoding"] == "identity"
    assert call.headers["host"] == stand_in.url.removeprefix("http://")
    assert call.headers["user-agent"].startswith("akismet.py/")


def test_every_field_arrives_unchanged(stand_in):
    sent = akismet.build_payload(
        comment(parent_id=3, honeypot_value="x"), CommentSettings(), recheck_reason="recheck"
    )
    check(sent)
    assert stand_in.calls[0].fields == {**sent, "api_key": KEY}


@pytest.mark.parametrize(
    ("verdict", "endpoint"),
    [
        (Result.HAM, "submit-ham"),
        (Result.SPAM, "submit-spam"),
        (Result.BLATANT, "submit-spam"),
    ],
)
def test_a_report_repeats_the_data_except_for_the_reason_of_a_recheck(
    stand_in, settings, verdict, endpoint
):
    settings.SITE_URL = "https://moved.example"
    report({**SENT, "recheck_reason": "recheck"}, verdict)
    [call] = stand_in.calls
    assert call.path == f"/1.1/{endpoint}"
    assert call.fields == {**SENT, "api_key": KEY}


def test_the_address_may_have_a_path(stand_in, settings):
    settings.AKISMET_API_URL = f"{stand_in.url}/prefix/"
    check(SENT)
    usage()
    assert [call.path for call in stand_in.calls] == [
        "/prefix/1.1/comment-check",
        "/prefix/1.2/usage-limit",
    ]


def test_the_next_of_several_addresses_is_tried(stand_in, settings, monkeypatch):
    port = stand_in.url.rsplit(":", 1)[1]
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))
        for address in ("127.0.0.2", "127.0.0.1")
    ]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **more: (
            found if host in ("two.example", b"two.example") else real(host, *args, **more)
        ),
    )
    settings.AKISMET_API_URL = f"http://two.example:{port}"
    assert check(SENT).result is Result.HAM


def test_a_connection_that_the_service_closed_is_replaced(stand_in, settings):
    with StandIn() as service:
        settings.AKISMET_API_URL = service.url
        check(SENT)
    with StandIn(int(service.url.rsplit(":", 1)[1])):
        assert check(SENT).result is Result.HAM


def test_a_change_of_settings_takes_effect_at_once(stand_in, settings):
    check(SENT)
    with StandIn(answer="spam") as other:
        other.key = settings.AKISMET_API_KEY = "another-key1"
        settings.AKISMET_API_URL = other.url
        assert check(SENT).result is Result.SPAM
    assert len(stand_in.calls) == 1


def test_a_proxy_in_the_environment_is_not_used(stand_in, monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert check(SENT).result is Result.HAM


# What comes back


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        (Mode.HAM, Result.HAM),
        (Mode.SPAM, Result.SPAM),
        (Mode.DISCARD, Result.BLATANT),
        (Mode.RECHECK, Result.HAM),
        (Mode.ALERT, Result.HAM),
    ],
)
def test_each_result_is_understood(stand_in, mode, verdict):
    stand_in.answer = mode
    answer = check(SENT)
    assert answer.result is verdict
    assert answer.guid == stand_in.calls[0].guid == answer.headers["x-akismet-guid"]
    assert answer.recheck_after == (120 if mode is Mode.RECHECK else None)
    assert (answer.alert is not None) == (mode is Mode.ALERT)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (Mode.ERROR, FailureKind.REFUSED),
        (Mode.TOO_MANY, FailureKind.REFUSED),
        (Mode.BROKEN, FailureKind.SERVER),
        (Mode.REDIRECT, FailureKind.SERVER),
        (Mode.GARBAGE, FailureKind.ANSWER),
        (Mode.EMPTY, FailureKind.ANSWER),
        (Mode.RESET, FailureKind.UNREACHABLE),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda: check(SENT),
        lambda: report(SENT, Result.HAM),
        lambda: report(SENT, Result.SPAM),
        lambda: usage(),
        lambda: verify_key(),
    ],
    ids=["check", "report-ham", "report-spam", "usage", "verify-key"],
)
def test_each_failure_has_a_kind_and_an_explanation(stand_in, mode, kind, call):
    stand_in.answer = mode
    failed = failure(call)
    assert failed.kind is kind
    assert failed.message.endswith(".")
    assert str(failed) == failed.message
    assert all(other.path != "/1.1/elsewhere" for other in stand_in.calls)


def test_every_call_that_needs_a_key_reports_an_invalid_one(stand_in):
    stand_in.answer = "invalid"
    assert verify_key() is False
    assert failure().kind is failure(usage).kind is FailureKind.KEY
    assert failure(lambda: report(SENT, Result.HAM)).kind is FailureKind.KEY


@pytest.mark.parametrize(
    "body", ["TRUE", "true\n", " false", "False", "0", "\ufefftrue", "truefalse", "valid", "null"]
)
def test_only_the_exact_words_are_results(stand_in, body):
    stand_in.answer = Reply(body)
    assert failure().kind is FailureKind.ANSWER


@pytest.mark.parametrize("status", [201, 203, 206, 400, 403, 404, 503])
def test_a_result_with_another_status_is_a_failure(stand_in, status):
    stand_in.answer = Reply("false", status)
    assert failure().kind is FailureKind.SERVER


@pytest.mark.parametrize("body", ["true", "false", "invalid", ""])
@pytest.mark.parametrize("name", ["X-akismet-error", "x-AKISMET-Error"])
def test_a_result_with_an_error_header_is_a_failure(stand_in, body, name):
    stand_in.answer = Reply(body, headers={name: "suspended"})
    failed = failure()
    assert failed.kind is FailureKind.REFUSED
    assert failed.headers == {"x-akismet-error": "suspended"}


def test_a_declared_character_set_does_not_change_the_result(stand_in):
    stand_in.answer = Reply("false", headers={"Content-Type": "text/plain; charset=utf-16"})
    assert check(SENT).result is Result.HAM


def test_an_alert_is_stored_with_a_result(stand_in):
    stand_in.answer = "alert"
    alert = Alert("10009", "Your site uses more checks than its plan has.")
    assert check(SENT).alert == alert


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply("", 403), FailureKind.REFUSED),
        (Reply("no"), FailureKind.REFUSED),
        (Reply("invalid"), FailureKind.KEY),
        (Reply("", 500), FailureKind.SERVER),
    ],
)
def test_an_alert_without_a_result_is_stored_with_the_failure(stand_in, reply, kind):
    headers = {"X-AKISMET-ALERT-CODE": "10402", "x-akismet-alert-msg": "Unpaid."}
    stand_in.answer = Reply(reply.body, reply.status, headers)
    failed = failure()
    assert (failed.kind, failed.alert) == (kind, Alert("10402", "Unpaid."))


@pytest.mark.parametrize(
    ("said", "understood"),
    [("1", 1), ("86401", 86400), ("9" * 400, 86400), ("0", None), ("-5", None), ("soon", None)],
)
def test_the_time_until_a_recheck_is_positive_and_at_most_a_day(stand_in, said, understood):
    stand_in.answer = Reply("false", headers={"X-Akismet-Recheck-After": said})
    assert check(SENT).recheck_after == understood


def test_only_ham_can_be_provisional(stand_in):
    stand_in.answer = Reply("true", headers={"X-akismet-recheck-after": "120"})
    assert check(SENT).recheck_after is None


def test_headers_are_stored_but_limited_and_printable(stand_in):
    many = {f"X-akismet-{n}": "x" for n in range(100)}
    stand_in.answer = Reply(
        "false",
        headers={
            "X-akismet-guid": "g" * 5000,
            "X-akismet-alert-code": "1" * 5000,
            "X-akismet-alert-msg": "a\tb\u202ec" + "é" * 5000,
            "Set-Cookie": "a=b",
            **many,
        },
    )
    answer = check(SENT)
    assert answer.alert
    assert answer.alert.message.startswith("abcé")
    assert max(map(len, answer.headers.values())) == 500 == len(answer.alert.message)
    assert (len(answer.guid), len(answer.alert.code), len(answer.headers)) == (64, 64, 30)
    assert "set-cookie" not in answer.headers


def test_cookies_are_not_sent_back(stand_in):
    stand_in.answer = Reply("false", headers={"Set-Cookie": "a=b"})
    check(SENT)
    check(SENT)
    assert "cookie" not in stand_in.calls[1].headers


def test_akismets_test_author_is_spam_and_a_wrong_key_is_reported(stand_in, settings):
    magic = {**SENT, "comment_author": "akismet-guaranteed-spam"}
    assert check(magic).result is Result.SPAM
    settings.AKISMET_API_KEY = "wrong"
    assert failure().kind is FailureKind.KEY
    assert verify_key() is False


def test_a_key_is_verified_for_this_site(stand_in):
    assert verify_key() is True
    assert stand_in.calls[0].fields == {"key": KEY, "blog": SITE}


def test_the_usage_is_read_from_strings_and_from_numbers(stand_in):
    expected = {"limit": 350000, "usage": 7463, "percentage": 2.13, "throttled": False}
    assert usage() == expected
    stand_in.usage = {"limit": "none", "usage": "5", "percentage": 0, "throttled": True}
    assert usage() == {"limit": None, "usage": 5, "percentage": 0.0, "throttled": True}


@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", "7", '{"limit": []}', "[" * 60_000, '{"limit":NaN}']
)
def test_invalid_figures_are_a_failure(stand_in, body):
    stand_in.answer = Reply(body)
    assert failure(usage).kind is FailureKind.ANSWER


def test_without_a_key_nothing_is_sent(stand_in, settings):
    assert akismet.is_configured()
    settings.AKISMET_API_KEY = ""
    assert not akismet.is_configured()
    assert failure().kind is failure(verify_key).kind is FailureKind.KEY
    assert stand_in.calls == []


def test_nobody_listening_is_unreachable(stand_in, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.AKISMET_API_URL = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert failure().kind is FailureKind.UNREACHABLE


def test_an_endless_response_is_cut_off_before_the_deadline(stand_in, settings, soon):
    with raw_server(pour_out) as port:
        settings.AKISMET_API_URL = f"http://127.0.0.1:{port}"
        assert failure().kind is FailureKind.ANSWER


def test_a_truncated_response_is_a_failure(stand_in, settings):
    with raw_server(cut_off) as port:
        settings.AKISMET_API_URL = f"http://127.0.0.1:{port}"
        assert failure().kind is FailureKind.UNREACHABLE


# The deadline


@pytest.mark.parametrize("mode", [Mode.NEVER, Mode.SLOW, Mode.DRIPPED_HEADERS, Mode.DRIPPED_BODY])
def test_a_response_that_does_not_end_is_given_up_at_the_deadline(stand_in, soon, mode):
    stand_in.answer, stand_in.pause = mode, 0.2
    assert seconds_until(FailureKind.DEADLINE) < soon + 1


def test_a_slow_response_that_ends_in_time_is_accepted(stand_in, soon):
    stand_in.answer, stand_in.pause = Mode.DRIPPED_BODY, 0.01
    assert check(SENT).result is Result.HAM


def test_a_handshake_that_does_not_end_is_given_up_at_the_deadline(stand_in, settings, soon):
    with raw_server(drip_handshake) as port:
        settings.AKISMET_API_URL = f"https://127.0.0.1:{port}"
        assert seconds_until(FailureKind.DEADLINE) < soon + 1


def test_a_server_that_reads_slowly_is_given_up_at_the_deadline(stand_in, settings, monkeypatch):
    monkeypatch.setattr(akismet, "CHECK_DEADLINE", 1.0)  # preparing that much data takes a while
    with raw_server(read_slowly) as port:
        settings.AKISMET_API_URL = f"http://127.0.0.1:{port}"
        long = {**SENT, "comment_content": "x" * 12_000_000}
        assert seconds_until(FailureKind.DEADLINE, lambda: check(long)) < 2.5


def seconds_until(kind: FailureKind, call: Callable[[], object] = lambda: check(SENT)) -> float:
    started = time.monotonic()
    assert failure(call).kind is kind
    return time.monotonic() - started


@contextlib.contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection of bytes that are no HTTP."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 250_000)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=lambda: serve(listener.accept()[0]), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)
        assert not thread.is_alive(), "nobody came"


def drip_handshake(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        for byte in b"\x16\x03\x03\x40\x00" + bytes(200):
            connection.send(bytes([byte]))
            time.sleep(0.05)


def read_slowly(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        while connection.recv(150_000):
            time.sleep(0.05)


def pour_out(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"false" * 10_000)


def cut_off(connection: socket.socket) -> None:
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfalse")


# Several at once


def test_simultaneous_calls_get_their_own_responses(stand_in):
    def answer(fields: dict[str, str]) -> Reply:
        text = fields["comment_content"]
        time.sleep(int(text) % 7 / 500)
        return Reply("true" if int(text) % 3 else "false", headers={"X-akismet-guid": text})

    async def check_many() -> list[Answer]:
        payloads = [{**SENT, "comment_content": str(number)} for number in range(60)]
        return await asyncio.gather(*map(akismet.check, payloads))

    stand_in.answer = answer
    answers = asyncio.run(check_many())
    assert [answer.guid for answer in answers] == [str(number) for number in range(60)]
    assert [answer.result == Result.SPAM for answer in answers] == [n % 3 > 0 for n in range(60)]


# The key


@pytest.mark.parametrize(
    "mode", [m for m in Mode if m not in (Mode.NEVER, Mode.SLOW, Mode.DRIPPED_HEADERS)]
)
def test_the_key_is_never_in_logs_or_errors(stand_in, soon, all_logs, mode):
    stand_in.answer, stand_in.pause = mode, 0.2
    told = [str(told) for call in every_call() for told in everything_told(call)]
    assert KEY not in "".join(told)
    assert KEY not in all_logs.text
    assert "httpcore" in all_logs.text  # otherwise the test would prove nothing


def test_the_address_that_holds_the_key_is_logged_without_it(stand_in, all_logs):
    usage()
    assert stand_in.calls[0].fields["api_key"] == KEY
    assert "/1.2/usage-limit" in all_logs.text
    assert KEY not in all_logs.text


def test_addresses_of_calls_are_not_logged_at_the_usual_levels(stand_in, caplog):
    caplog.set_level(logging.DEBUG)
    check(SENT)
    assert "http" not in caplog.text


def test_a_key_that_the_service_repeats_is_not_stored(stand_in):
    echo = {"X-akismet-debug-help": f"Unknown key {KEY}.", "X-akismet-alert-msg": f"Pay for {KEY}"}
    for body in ("false", f"No such key: {KEY}"):
        stand_in.answer = Reply(body, headers=echo)
        told = [str(told) for call in every_call() for told in everything_told(call)]
        assert KEY not in "".join(told)
        assert "[key]" in "".join(told)


def every_call() -> list[Callable[[], object]]:
    return [
        lambda: check(SENT),
        lambda: report(SENT, Result.SPAM),
        verify_key,
        usage,
    ]


def everything_told(call: Callable[[], object]) -> Iterator[object]:
    """Yield what a call returns, or all that an error report could show of its failure."""
    try:
        yield repr(call())
    except CheckFailed as failed:
        yield from (failed.args, failed.headers, failed.alert, failed.message)
        error: BaseException | None = failed
        while error:
            yield from (str(error), repr(error))
            error = error.__cause__ or error.__context__
        trace = failed.__traceback__
        while trace:
            yield from map(repr, trace.tb_frame.f_locals.values())
            trace = trace.tb_next


# The stand-in itself


def test_the_stand_in_closes_its_connections(stand_in):
    with (
        StandIn(answer="never") as other,
        socket.create_connection(
            ("127.0.0.1", int(other.url.rsplit(":", 1)[1])), timeout=3
        ) as client,
    ):
        client.sendall(b"POST /1.1/comment-check HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        while not other.calls:
            time.sleep(0.01)
        other.__exit__(None, None, None)
        assert client.recv(1) == b""


def test_the_stand_in_can_reset_a_connection(stand_in):
    stand_in.answer = "reset"
    port = int(stand_in.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=3) as client:
        client.sendall(b"GET /1.2/usage-limit HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
