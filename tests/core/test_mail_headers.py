"""Nothing that people type becomes a header of a mail, tested with a real SMTP server."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.tasks import send_password_reset_mail
from blog.models import SiteSettings
from comments import notifications
from comments.models import Event, Status

HEADERS = {
    *("Content-Type", "MIME-Version", "Content-Transfer-Encoding"),
    *("Subject", "From", "To", "Date", "Message-ID", "X-Peer"),
}
INJECTED = [
    "Mo\r\nBcc: victim@evil.example",
    "Mo\nBcc: victim@evil.example",
    "Mo\rBcc: victim@evil.example",
    "Mo\r\n\r\n<p>Another body</p>",
    "Mo\n.\nMAIL FROM:<a@evil.example>\nRCPT TO:<victim@evil.example>\nDATA\n",
    "Mo\x0b\x0cBcc: victim@evil.example",
    "Mo\u2028Bcc: victim@evil.example",
    "Mo\u0085Bcc: victim@evil.example",
    "=?utf-8?q?Mo=0D=0ABcc:_victim@evil.example?=",
    '"Mo" <victim@evil.example>, "',
]


class Postbox:
    """Store each mail with its recipients."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        content = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, content))
        return "250 taken"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    server.stop()


@pytest.fixture
def waiting(say: Any) -> None:
    """Create a comment that has been pending long enough for a mail."""
    say("Hello", status=Status.PENDING)
    for event in Event.objects.all():
        event.at -= timedelta(minutes=1)
        event.save()


def alone(postbox: Postbox, address: str) -> None:
    """Assert that there is one mail, only for this address, with only the usual headers."""
    ((recipients, content),) = postbox.mails
    assert recipients == [address]
    assert set(content.keys()) <= HEADERS
    assert content["To"] == address
    assert not content.is_multipart()


@pytest.mark.parametrize("name", INJECTED)
def test_the_name_of_the_site_cannot_add_a_header(
    name: str, postbox: Postbox, waiting: None, mo: Any
) -> None:
    SiteSettings(name=name).save()
    notifications.notify_moderators()
    alone(postbox, mo.email)
    postbox.mails.clear()
    send_password_reset_mail.func(mo.pk)
    alone(postbox, mo.email)


@pytest.mark.parametrize("name", INJECTED)
def test_mail_quotes_what_a_commenter_typed(name: str, postbox: Postbox, say: Any, mo: Any) -> None:
    say(name, name=name[:100], email="a@example.org", website=name[:200], status=Status.PENDING)
    Event.objects.update(at=timezone.now() - timedelta(minutes=1))
    notifications.notify_moderators()
    alone(postbox, mo.email)
    lines = postbox.mails[0][1].get_content().splitlines()
    typed = [line for line in lines if "Mo" in line or "evil" in line]
    assert typed
    assert [line for line in typed if not line.startswith("> ")] == []


@pytest.mark.parametrize("name", INJECTED)
def test_a_user_name_stays_in_the_body(name: str, postbox: Postbox, mo: Any) -> None:
    get_user_model().objects.filter(pk=mo.pk).update(username=name, first_name=name)
    send_password_reset_mail.func(mo.pk)
    alone(postbox, mo.email)


@pytest.mark.parametrize("name", INJECTED)
def test_an_invalid_address_does_not_stop_mail_to_others(
    name: str, postbox: Postbox, waiting: None, mo: Any, olive: Any
) -> None:
    """The admin accepts no such address, but other code may write it to the database."""
    broken = name.replace("Mo", "a@example.org")
    get_user_model().objects.filter(pk=olive.pk).update(email=broken)
    notifications.notify_moderators()
    for recipients, content in postbox.mails:
        assert set(content.keys()) <= HEADERS
        assert not content.is_multipart()
        assert "victim@evil.example" not in recipients
    assert [mo.email] in [recipients for recipients, _content in postbox.mails]
