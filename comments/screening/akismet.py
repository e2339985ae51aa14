"""The spam check: what is sent to Akismet, what it answers, and what went wrong.

This is the only module that knows Akismet. It calls the `akismet` package, which speaks the
protocol but ignores the headers of answers and limits no call as a whole; both are added here.
All calls are coroutines. The protocol: https://akismet.com/developers/detailed-docs/
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import akismet
import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from comments.models.choices import Result
from comments.screening.akismet_http import AkismetTransport, AnswerTooLong

if TYPE_CHECKING:
    from comments.models import Comment, CommentSettings

CHECK_DEADLINE = 10.0  # seconds for a whole call: connect, send, headers, body
MAX_RECHECK_SECONDS = 24 * 60 * 60
MAX_CODE_LENGTH = 64  # characters of a guid and of an alert's code; real ones have 32 and 5

# Akismet requires an address. If the comment's is unknown or has been deleted, the "unspecified"
# address (RFC 1122, 3.2.1.3) stands for it: 127.0.0.1 or the server's own could get a bad name.
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  (nothing listens there)

# The package refuses all other arguments. It takes `blog` from its configuration.
PACKAGE_ARGUMENTS = akismet.AkismetArguments.__optional_keys__ | {"user_ip"}

# The fields that the owner may keep from Akismet, by the setting of that name.
OPTIONAL_FIELDS = {
    "comment_author": "send_name",
    "comment_author_email": "send_email",
    "comment_author_url": "send_website",
    "user_agent": "send_browser",
    "referrer": "send_referrer",
}

RESULTS = {
    akismet.CheckResponse.HAM: Result.HAM,
    akismet.CheckResponse.SPAM: Result.SPAM,
    akismet.CheckResponse.DISCARD: Result.BLATANT,
}

T = TypeVar("T")


class FailureKind(enum.StrEnum):
    """Why a check has no result."""

    UNREACHABLE = "unreachable"
    DEADLINE = "deadline"
    SERVER = "server"
    KEY = "key"
    REFUSED = "refused"
    ANSWER = "answer"


MESSAGES = {
    FailureKind.UNREACHABLE: _("Akismet couldn't be reached."),
    FailureKind.DEADLINE: _("Akismet didn't respond in time."),
    FailureKind.SERVER: _("Akismet isn't working right now."),
    FailureKind.KEY: _("Akismet rejected the site's key. The site owner needs to correct it."),
    FailureKind.REFUSED: _(
        "Akismet refuses to check comments for this site. The site owner needs to check the "
        "Akismet account."
    ),
    FailureKind.ANSWER: _("Akismet sent an unexpected response."),
}
NO_KEY = _("No Akismet key is set. The site owner needs to set AKISMET_API_KEY.")


@dataclass(frozen=True)
class Alert:
    """A message from Akismet to the owner about the account; any answer may carry one."""

    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    """A result and what came with it. `recheck_after` (seconds) makes a ham provisional."""

    result: Result
    guid: str
    recheck_after: int | None
    alert: Alert | None
    headers: dict[str, str]


class CheckFailed(Exception):
    """Akismet gave no result. `message` is a sentence for moderators and contains no secret."""

    def __init__(
        self, kind: FailureKind, headers: Mapping[str, str] | None = None, message: Any = None
    ) -> None:
        self.kind = kind
        self.headers = dict(headers or {})
        self.alert = parse_alert(self.headers)
        self.message = str(message or MESSAGES[kind])
        super().__init__(self.message)


def is_configured() -> bool:
    """Return True if the site has a key for Akismet."""
    return bool(settings.AKISMET_API_KEY)


def build_payload(
    comment: "Comment", choices: "CommentSettings", *, recheck_reason: str = ""
) -> dict[str, str]:
    """Return the fields that describe a comment to Akismet, to be stored and sent again unchanged.

    Empty fields are left out, and those that the owner does not want to send; the privacy page
    lists the rest. `user_role` is never sent: comments of people with a role are not checked.
    """
    fields = {
        "blog": settings.SITE_URL,
        "user_ip": comment.address or UNKNOWN_ADDRESS,
        "user_agent": comment.user_agent,
        "referrer": comment.referrer,
        "permalink": settings.SITE_URL.rstrip("/") + comment.post.get_absolute_url(),
        "comment_type": "reply" if comment.parent_id else "comment",
        "comment_author": comment.name,
        "comment_author_email": comment.email,
        "comment_author_url": comment.website,
        "comment_content": comment.body,
        "comment_date_gmt": iso_time(comment.created_at),
        "comment_post_modified_gmt": iso_time(comment.post.updated_at),
        "comment_parent": str(comment.parent_id or ""),
        "blog_lang": settings.LANGUAGE_CODE,
        "blog_charset": "UTF-8",
        "recheck_reason": recheck_reason,
    }
    if comment.honeypot_value:
        fields["honeypot_field_name"] = comment.honeypot_name
        fields[comment.honeypot_name] = comment.honeypot_value
    for name, setting in OPTIONAL_FIELDS.items():
        if not getattr(choices, setting):
            del fields[name]
    return {name: text for name, value in fields.items() if (text := storable_text(value))}


async def check(payload: Mapping[str, str]) -> Answer:
    """Check what `build_payload` returned. Raise CheckFailed."""
    response, headers = await call(akismet.AsyncClient.comment_check, payload)
    result = RESULTS[response]
    return Answer(
        result=result,
        guid=headers.get("x-akismet-guid", "")[:MAX_CODE_LENGTH],
        recheck_after=parse_recheck_after(headers) if result == Result.HAM else None,
        alert=parse_alert(headers),
        headers=headers,
    )


async def report(payload: Mapping[str, str], result: Result) -> None:
    """Report what a person decided about a payload that was checked. Raise CheckFailed."""
    original = {name: value for name, value in payload.items() if name != "recheck_reason"}
    client = akismet.AsyncClient
    await call(client.submit_ham if result == Result.HAM else client.submit_spam, original)


async def verify_key() -> bool:
    """Return True if Akismet accepts the key for this site. Raise CheckFailed."""
    is_valid, _headers = await call(akismet.AsyncClient.verify_key)
    return bool(is_valid)


async def usage() -> dict[str, Any]:
    """Return limit (or None), usage, percentage and throttled. Raise CheckFailed."""

    async def ask(client: akismet.AsyncClient) -> dict[str, Any]:
        return parse_usage(await client.usage_limit())

    figures, _headers = await call(ask)
    return figures


async def call(
    method: Callable[..., Awaitable[T]], payload: Mapping[str, str] | None = None
) -> tuple[T, dict[str, str]]:
    """Call a method of the client; return its result and Akismet's headers. Raise CheckFailed."""
    if not is_configured():
        raise CheckFailed(FailureKind.KEY, message=NO_KEY)
    payload = payload or {}
    arguments = {name: value for name, value in payload.items() if name in PACKAGE_ARGUMENTS}
    extra_names = payload.keys() - PACKAGE_ARGUMENTS - {"blog"}
    base_url = httpx.URL(settings.AKISMET_API_URL)  # checked at the start
    transport = AkismetTransport(base_url, {name: payload[name] for name in extra_names})
    try:
        async with (
            asyncio.timeout(CHECK_DEADLINE),
            transport.client(connect_timeout=CHECK_DEADLINE / 2) as http_client,
        ):
            # Nested, because an error report prints what variables hold.
            client = akismet.AsyncClient(
                akismet.Config(settings.AKISMET_API_KEY, payload.get("blog", settings.SITE_URL)),
                http_client,
            )
            result = await method(client, **arguments)
        failure = failure_kind(transport.response, None)
    except (akismet.AkismetError, TimeoutError, ValueError, RecursionError) as error:
        failure = failure_kind(transport.response, error)
    headers = transport.response_headers(settings.AKISMET_API_KEY)
    if failure:
        # Outside of the `except` block, for those errors can contain the key and would become
        # this one's context.
        raise CheckFailed(failure, headers)
    return result, headers


def failure_kind(response: httpx.Response | None, error: Exception | None) -> FailureKind | None:
    """Return why a response is no result, or None if it is one."""
    if response is None:
        return transport_failure(error)
    if "x-akismet-error" in response.headers or response.status_code == 429:
        return FailureKind.REFUSED
    if response.status_code == 200:
        if error is None:
            return None
        if response.content == b"invalid":
            return FailureKind.KEY
    if "x-akismet-alert-code" in response.headers and response.status_code < 500:
        return FailureKind.REFUSED
    return FailureKind.ANSWER if response.status_code == 200 else FailureKind.SERVER


def transport_failure(error: Exception | None) -> FailureKind:
    """Return why there is no response at all."""
    cause = error.__cause__ if isinstance(error, akismet.AkismetError) else error
    if isinstance(cause, (TimeoutError, httpx.TimeoutException)):
        return FailureKind.DEADLINE
    if isinstance(cause, AnswerTooLong):
        return FailureKind.ANSWER
    return FailureKind.UNREACHABLE


def parse_alert(headers: Mapping[str, str]) -> Alert | None:
    """Return the alert in an answer's headers."""
    code = headers.get("x-akismet-alert-code", "")[:MAX_CODE_LENGTH]
    message = headers.get("x-akismet-alert-msg", "")
    return Alert(code, message) if code or message else None


def parse_recheck_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds after which Akismet wants to check again; None if it does not."""
    seconds = headers.get("x-akismet-recheck-after", "")
    if not (seconds.isascii() and seconds.isdigit()):
        return None
    return min(int(seconds), MAX_RECHECK_SECONDS) or None


def parse_usage(figures: Any) -> dict[str, Any]:
    """Return the figures, which may be strings, as numbers; raise ValueError for nonsense."""
    try:
        return {
            "limit": None if figures["limit"] in ("none", None) else int(figures["limit"]),
            "usage": int(figures["usage"]),
            "percentage": float(figures["percentage"]),
            "throttled": str(figures["throttled"]).lower() in ("true", "1"),
        }
    except (LookupError, TypeError, OverflowError) as error:
        raise ValueError("These are not the figures of a usage-limit answer.") from error


def iso_time(moment: datetime | None) -> str:
    """Return a time (aware) in UTC and ISO 8601, or "" for None."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def storable_text(text: str) -> str:
    """Return text without NULs and lone surrogates, which databases or UTF-8 do not allow."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
