"""The second factor: setting it up, logging in with it, recovering, and switching it off."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.support import authenticator
from tests.support.people import PASSWORD, person

ACCOUNT, CODE, LOGIN = "/login/second-factor/", "/login/code/", "/login/"
NEW = "another long one"


class App:
    """The app on somebody's phone."""

    def __init__(self, page: Any) -> None:
        (self.secret,) = re.findall(r'class="secret">([^<]+)<', page.content.decode())

    def code(self, steps: int = 0) -> str:
        """Return a code that has not been used yet."""
        TOTPDevice.objects.update(last_t=-1)
        return authenticator.code(self.secret, steps)

    def wrong(self) -> str:
        """Return a code that is not valid now, nor shortly before or after."""
        right = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in right)


def pass_time(seconds: int) -> None:
    """Let the pause after wrong codes pass."""
    before = timezone.now() - timedelta(seconds=seconds)
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(throttling_failure_count__gt=0).update(
            throttling_failure_timestamp=before
        )


def hold() -> None:
    """Keep the pause after wrong codes from ending, however slow this machine is."""
    pass_time(-3600)


def act(client: Client, name: str, **typed: str) -> Any:
    return client.post(ACCOUNT, {"act": name, **typed})


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page.content.decode())


def set_up(client: Client) -> tuple[App, list[str]]:
    """Switch the second factor on; return the app and the recovery codes."""
    assert act(client, "begin", proof=PASSWORD)["Location"] == ACCOUNT
    app = App(client.get(ACCOUNT))
    return app, codes_on(act(client, "confirm", code=app.code()))


def password(name: str = "ada", client: Client | None = None, **typed: str) -> tuple[Client, Any]:
    """Do the first step of a login; return the client and the response."""
    client = client or Client()
    return client, client.post(LOGIN, {"username": name, "password": PASSWORD, **typed})


def code(client: Client, text: str) -> Any:
    return client.post(CODE, {"code": text})


def is_in(client: Client) -> bool:
    return client.get("/login/done/")["Location"] in ("/admin/", "/moderation/")


@pytest.fixture
def desk(ada: Any, logged_in: Any) -> Client:
    """A client with Ada's session."""
    return logged_in(ada)


@pytest.fixture
def phone(desk: Client) -> App:
    """Switch Ada's second factor on; return her app."""
    return set_up(desk)[0]


# --- Set up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["olive", "ada", "mo"])
def test_everyone_with_an_account_can_set_it_up(who: str, request: Any, logged_in: Any) -> None:
    client = logged_in(request.getfixturevalue(who))
    assert "Two-step verification is off." in client.get(ACCOUNT).content.decode()
    _app, codes = set_up(client)
    assert len(set(codes)) == 10
    page = client.get(ACCOUNT).content.decode()
    assert "Two-step verification is on." in page
    assert "You have 10 recovery codes left." in page
    assert not [code for code in codes if code in page]


def test_the_login_asks_for_no_code_until_setup_is_confirmed(desk: Client) -> None:
    act(desk, "begin", proof=PASSWORD)
    app = App(desk.get(ACCOUNT))
    refused = act(desk, "confirm", code=app.wrong())
    assert "This code is wrong" in refused.content.decode()
    assert App(refused).secret == app.secret
    _client, answer = password()
    assert answer["Location"] == "/login/done/"
    pass_time(3600)
    assert codes_on(act(desk, "confirm", code=app.code()))


def test_the_qr_code_contains_the_secret_and_no_inline_style(desk: Client) -> None:
    act(desk, "begin", proof=PASSWORD)
    page = desk.get(ACCOUNT).content.decode()
    (svg,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert "style" not in svg
    assert 'role="img" aria-label="' in page
    assert TOTPDevice.objects.get().config_url.startswith("otpauth://totp/ada?secret=")


def test_an_open_session_is_not_enough_to_set_it_up(desk: Client) -> None:
    answer = act(desk, "begin", proof="a guess")
    assert "not correct. Please try again." in answer.content.decode()
    assert "a guess" not in answer.content.decode()
    assert not TOTPDevice.objects.exists()


def test_guesses_at_the_password_are_limited_as_at_the_login(desk: Client) -> None:
    answers = [act(desk, "begin", proof=f"guess {n}").status_code for n in range(6)]
    assert answers == [200] * 5 + [429]
    assert 0 < int(act(desk, "begin", proof=PASSWORD)["Retry-After"]) <= 900
    assert not TOTPDevice.objects.exists()


def test_starting_the_setup_again_creates_a_new_secret(desk: Client) -> None:
    act(desk, "begin", proof=PASSWORD)
    first = App(desk.get(ACCOUNT))
    act(desk, "begin", proof=PASSWORD)
    second = App(desk.get(ACCOUNT))
    assert first.secret != second.secret
    assert not codes_on(act(desk, "confirm", code=first.code()))
    pass_time(3600)
    assert codes_on(act(desk, "confirm", code=second.code()))


def test_no_cache_stores_pages_with_secrets_or_codes(desk: Client) -> None:
    act(desk, "begin", proof=PASSWORD)
    shown = desk.get(ACCOUNT)
    codes = act(desk, "confirm", code=App(shown).code())
    client, _answer = password()
    for page in (shown, codes, client.get(CODE), client.get(LOGIN)):
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]


def test_an_unknown_action_changes_nothing(desk: Client) -> None:
    assert act(desk, "explode", proof=PASSWORD).status_code == 400
    for name in ("confirm", "codes", "off"):
        assert act(desk, name, proof=PASSWORD, code="123456").status_code in (200, 302)
    assert not TOTPDevice.objects.exists()


# --- At the login ---------------------------------------------------------------------------


def test_a_password_alone_gives_no_access(phone: App) -> None:
    client, answer = password(next="/admin/blog/post/")
    assert answer["Location"] == CODE
    for path in ("/admin/", "/moderation/", ACCOUNT, "/password/change/", "/login/done/"):
        assert client.get(path)["Location"].partition("?")[0] in (LOGIN, "/admin/login/")
    assert client.post("/admin/upload/").status_code == 403
    assert "_auth_user_id" not in client.session


def test_password_and_code_lead_to_the_requested_page(phone: App) -> None:
    client, _answer = password(next="/admin/blog/post/")
    before = client.session.session_key
    answer = code(client, f" {phone.code()[:3]} {phone.code()[3:]} ")
    assert answer["Location"] == "/admin/blog/post/"
    assert client.get("/admin/blog/post/").status_code == 200
    assert client.session.session_key != before
    assert "pending_login" not in client.session


@pytest.mark.parametrize(
    "address", ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_code_leads_to_no_other_site(address: str, phone: App) -> None:
    client, _answer = password(next=address)
    assert code(client, phone.code())["Location"] == "/login/done/"


def test_after_a_wrong_code_the_right_one_is_accepted_after_a_pause(phone: App) -> None:
    client, _answer = password()
    wrong = code(client, phone.wrong())
    assert wrong.status_code == 200
    assert "This code is wrong, expired or already used." in wrong.content.decode()
    hold()
    slowed = code(client, phone.code())
    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) > 0
    assert "Too many wrong codes." in slowed.content.decode()
    assert not is_in(client)
    pass_time(3600)
    client, _answer = password()
    code(client, phone.code())
    assert is_in(client)


def test_the_pause_doubles_and_ends_at_nine_minutes(phone: App) -> None:
    client, _answer = password()
    counts = []
    for _time in range(13):
        code(client, phone.wrong())
        counts.append(TOTPDevice.objects.get().throttling_failure_count)
        pass_time(512)
    assert counts == [*range(1, 11), 10, 10, 10]
    pass_time(0)
    answer = code(client, phone.code())
    assert 450 < int(answer["Retry-After"]) <= 512
    assert "Please try again in 9 minutes." in answer.content.decode()


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_code_from_a_clock_that_is_slightly_off_is_accepted(steps: int, phone: App) -> None:
    client, _answer = password()
    now = phone.code(steps)
    answer = code(client, now)
    if answer.status_code != 302:  # the half minute of the code has just ended
        pass_time(3600)
        code(client, phone.code(steps))
    assert is_in(client)


@pytest.mark.parametrize("text", ["", "12345", "abcdef", "１２３４", "0" * 33, "-", "²²²²²²"])
def test_text_that_is_not_a_code_is_refused(text: str, phone: App) -> None:
    client, _answer = password()
    assert code(client, text).status_code == 200
    assert not is_in(client)


def test_a_code_is_accepted_once(phone: App) -> None:
    (one, _answer), (two, _answer) = password(), password()
    shown = phone.code()
    assert code(one, shown).status_code == 302
    assert code(two, shown).status_code == 200
    assert (is_in(one), is_in(two)) == (True, False)


def test_two_simultaneous_logins_with_one_code_succeed_once(
    transactional_db: None, logged_in: Any
) -> None:
    app = set_up(logged_in(person("Mo", "Moderators")))[0]
    clients, shown = [password("mo")[0] for _number in range(4)], app.code()
    start, answers = threading.Barrier(4), []

    def at_once(client: Client) -> None:
        start.wait()
        answers.append(code(client, shown).status_code)
        connections.close_all()

    threads = [threading.Thread(target=at_once, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(302) == 1


def test_the_code_used_for_the_setup_does_not_log_in(desk: Client) -> None:
    act(desk, "begin", proof=PASSWORD)
    shown = App(desk.get(ACCOUNT)).code()
    act(desk, "confirm", code=shown)
    client, _answer = password()
    assert code(client, shown).status_code == 200
    assert not is_in(client)


def halfway(client: Client, **values: Any) -> None:
    session = client.session
    session["pending_login"] = {**session["pending_login"], **values}
    session.save()


@pytest.mark.parametrize("seconds", [301, -60])
def test_the_second_step_expires(seconds: int, phone: App) -> None:
    client, _answer = password(next="/admin/blog/post/")
    halfway(client, since=time.time() - seconds)
    answer = client.post(CODE, {"code": phone.code()}, follow=True)
    assert answer.redirect_chain[-1][0] == "/login/?next=/admin/blog/post/"
    assert "Your code entry timed out" in answer.content.decode()
    assert not is_in(client)


def test_the_code_page_needs_the_password_first(phone: App) -> None:
    client = Client()
    for answer in (client.get(CODE), code(client, phone.code())):
        assert answer["Location"] == LOGIN
    assert not is_in(client)


@pytest.mark.parametrize("change", ["password", "is_active"])
def test_a_changed_password_or_inactive_account_ends_a_pending_login(
    change: str, phone: App, ada: Any
) -> None:
    client, _answer = password()
    if change == "password":
        ada.set_password(NEW)
    else:
        ada.is_active = False
    ada.save()
    code(client, phone.code())
    assert not is_in(client)


def test_two_pending_logins_do_not_mix(phone: App, mo: Any, logged_in: Any) -> None:
    client = logged_in(mo)
    password("ada", client)
    assert client.get("/login/done/")["Location"] == "/moderation/"
    code(client, phone.code())
    assert client.get("/login/done/")["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(TOTPDevice.objects.get().user_id)


def test_a_wrong_password_gets_the_same_response_with_and_without_it(phone: App, mo: Any) -> None:
    pages = set()
    for name in ("ada", "mo", "nobody"):
        _client, answer = password(name, password="wrong")
        html = re.sub(r'value="\w*"', "", answer.content.decode())
        pages.add((answer.status_code, html))
    assert len(pages) == 1


# --- Recovery codes -------------------------------------------------------------------------


def test_a_recovery_code_logs_in_once(desk: Client) -> None:
    _app, codes = set_up(desk)
    (one, _answer), (two, _answer) = password(), password()
    assert code(one, codes[3].upper()).status_code == 302
    assert is_in(one)
    assert code(two, codes[3]).status_code == 200
    assert not is_in(two)
    assert "You have 9 recovery codes left." in one.get(ACCOUNT).content.decode()


def test_guesses_at_recovery_codes_are_limited(phone: App) -> None:
    client, _answer = password()
    assert code(client, "aaaa-aaaa").status_code == 200
    hold()
    assert code(client, "aaaa-aaab").status_code == 429


def test_new_recovery_codes_replace_the_old_ones(desk: Client) -> None:
    app, old = set_up(desk)
    new = codes_on(act(desk, "codes", proof=app.code()))
    assert len(new) == 10
    assert not set(old) & set(new)
    assert StaticToken.objects.count() == 10
    client, _answer = password()
    assert code(client, old[0]).status_code == 200
    pass_time(3600)
    assert code(client, new[0]).status_code == 302


def test_an_account_does_not_accept_the_code_of_another(
    phone: App, mo: Any, logged_in: Any
) -> None:
    _app, codes = set_up(logged_in(mo))
    client, _answer = password("ada")
    assert code(client, codes[0]).status_code == 200
    assert not is_in(client)


# --- Switching it off, and other pages --------------------------------------------------------


@pytest.mark.parametrize("proof", ["password", "code"])
def test_it_is_switched_off_with_the_password_or_a_code(
    proof: str, desk: Client, phone: App
) -> None:
    typed = PASSWORD if proof == "password" else phone.code()
    answer = act(desk, "off", proof=typed)
    assert answer["Location"] == ACCOUNT
    assert "You log in with your password only." in desk.get(ACCOUNT).content.decode()
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    _client, answer = password()
    assert answer["Location"] == "/login/done/"


def test_an_open_session_alone_changes_nothing(desk: Client, phone: App) -> None:
    for name in ("off", "codes"):
        for proof in ("", "wrong", phone.wrong()):
            answer = act(desk, name, proof=proof)
            assert not codes_on(answer)
            assert answer.status_code == 200
            pass_time(3600)
    act(desk, "off", proof=phone.wrong())
    hold()
    assert act(desk, "off", proof=phone.code()).status_code == 429
    assert TOTPDevice.objects.filter(confirmed=True).count() == 1


@pytest.mark.parametrize("change", ["confirm", "codes", "off", "password"])
def test_each_change_ends_all_other_sessions(
    change: str, ada: Any, mo: Any, logged_in: Any
) -> None:
    desk, moderator = logged_in(ada), logged_in(mo)
    if change != "confirm":
        app = set_up(desk)[0]
    elsewhere = logged_in(ada)
    before = desk.session.session_key
    if change == "confirm":
        set_up(desk)
    elif change == "password":
        form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
        assert desk.post("/password/change/", form).status_code == 302
    else:
        act(desk, change, proof=app.code())
    assert elsewhere.get("/admin/").status_code == 302
    assert desk.get("/admin/").status_code == 200
    assert moderator.get("/moderation/").status_code == 200
    assert desk.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_change_ends_pending_logins_too(desk: Client, phone: App) -> None:
    client, _answer = password()
    act(desk, "codes", proof=phone.code())
    assert code(client, phone.code()).status_code == 302
    assert not is_in(client)


def test_a_password_reset_does_not_bypass_it(phone: App, ada: Any) -> None:
    ada.set_password(NEW)
    ada.save()
    _client, answer = password(password=NEW)
    assert answer["Location"] == CODE


def test_the_owner_can_switch_it_off_for_somebody(desk: Client, phone: App, capsys: Any) -> None:
    call_command("disable_two_factor", "ada")
    assert "ada now logs in with the password alone." in capsys.readouterr().out
    assert desk.get("/admin/").status_code == 302
    _client, answer = password()
    assert answer["Location"] == "/login/done/"
    with pytest.raises(CommandError, match="Nobody here has the name “nobody”"):
        call_command("disable_two_factor", "nobody")


def test_deleting_an_account_deletes_its_second_factor(
    phone: App, ada: Any, olive: Any, logged_in: Any
) -> None:
    answer = logged_in(olive).post(f"/admin/auth/user/{ada.pk}/delete/", {"post": "yes"})
    assert urlsplit(answer["Location"]).path == "/admin/auth/user/"
    assert not TOTPDevice.objects.exists()


def test_the_admin_and_the_queue_link_to_the_page(
    olive: Any, mo: Any, logged_in: Callable[[Any], Client]
) -> None:
    for user, place in ((olive, "/admin/"), (mo, "/moderation/")):
        assert f'href="{ACCOUNT}"' in logged_in(user).get(place).content.decode()
