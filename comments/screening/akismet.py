"""The spam check: what Akismet is told, what it answers, and what went wrong.

The only module that knows Akismet. It calls the `akismet` package, which speaks the protocol but
looks at no header of an answer and has no total deadline; both are added here.
The protocol: https://akismet.com/developers/detailed-docs/
"""

import enum
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import akismet
import httpx
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comments.screening.akismet_http import AnswerTooLong, Call, DeadlinePassed

if TYPE_CHECKING:
    from comments.models import Comment

CHECK_DEADLINE = 10.0  # seconds for a whole call: connect, send, headers, body
LONGEST_RECHECK = 24 * 60 * 60  # seconds
LONGEST_CODE = 64  # characters of a guid and of an alert's code; real ones have 32 and 5

# Akismet requires an address; where the comment's is unknown or already forgotten, the
# "unspecified" one (RFC 1122, 3.2.1.3) accuses nobody, as 127.0.0.1 or our own would.
NO_ADDRESS = "0.0.0.0"  # noqa: S104  (nothing listens there)

# The package refuses all other arguments; `blog` it takes from its configuration.
KNOWN_TO_THE_PACKAGE = akismet.AkismetArguments.__optional_keys__ | {"user_ip"}

# Below this level both write the addresses and headers of every call.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

T = TypeVar("T")


class Verdict(enum.StrEnum):
    """A result of the spam check. A check that failed has none."""

    HAM = "ham"
    SPAM = "spam"
    BLATANT = "blatant"


class Kind(enum.StrEnum):
    """Why a check has no result."""

    UNREACHABLE = "unreachable"
    DEADLINE = "deadline"
    SERVER = "server"
    KEY = "key"
    REFUSED = "refused"
    ANSWER = "answer"


MESSAGES = {
    Kind.UNREACHABLE: _("Akismet could not be reached. The check is tried again later."),
    Kind.DEADLINE: _("Akismet did not answer in time. The check is tried again later."),
    Kind.SERVER: _("Akismet has a fault of its own. The check is tried again later."),
    Kind.KEY: _("Akismet does not know the key for this site. The owner must correct it."),
    Kind.REFUSED: _(
        "Akismet refuses to check for this site. The owner must look into the account."
    ),
    Kind.ANSWER: _("Akismet gave an answer that makes no sense. The check is tried again later."),
}
NO_KEY = _("No key for Akismet is configured. The owner must set AKISMET_API_KEY.")
BAD_ADDRESS = _("The address of the spam check is not usable. The owner must correct it.")
PLAIN_HTTP = _("Akismet must be asked over https. The owner must correct AKISMET_API_URL.")


@dataclass(frozen=True)
class Alert:
    """What Akismet wants the owner to know about the account; may come with any answer."""

    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    """A result and what came with it; `recheck_after` (seconds) makes a ham provisional."""

    verdict: Verdict
    guid: str
    recheck_after: int | None
    alert: Alert | None
    headers: dict[str, str]


class CheckFailed(Exception):
    """Akismet gave no result. `message` is a sentence for moderators, without any secret."""

    def __init__(
        self,
        kind: Kind,
        headers: Mapping[str, str] | None = None,
        *,
        message: Promise | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.headers = dict(headers or {})
        self.alert = _alert(self.headers)
        self.message = str(message or MESSAGES[kind])

    def __str__(self) -> str:
        return self.message


def is_configured() -> bool:
    """Tell whether there is a key at all."""
    return bool(settings.AKISMET_API_KEY)


def what_is_sent(comment: "Comment", *, recheck_reason: str = "") -> dict[str, str]:
    """Return the fields that describe a comment to Akismet, to be stored and sent again as is.

    Empty ones are left out. `user_role` never goes: who has a role is not checked.
    """
    fields = {
        "blog": settings.SITE_URL,
        "user_ip": comment.address or NO_ADDRESS,
        "user_agent": comment.user_agent,
        "referrer": comment.referrer,
        "permalink": settings.SITE_URL.rstrip("/") + comment.post.get_absolute_url(),
        "comment_type": "reply" if comment.parent_id else "comment",
        "comment_author": comment.name,
        "comment_author_email": comment.email,
        "comment_author_url": comment.website,
        "comment_content": comment.body,
        "comment_date_gmt": _iso(comment.created_at),
        "comment_post_modified_gmt": _iso(comment.post.updated_at),
        "comment_parent": str(comment.parent_id or ""),
        "blog_lang": settings.LANGUAGE_CODE,
        "blog_charset": "UTF-8",
        "recheck_reason": recheck_reason,
    }
    if comment.honeypot_value:
        fields["honeypot_field_name"] = comment.honeypot_name
        fields[comment.honeypot_name] = comment.honeypot_value
    return {name: text for name, value in fields.items() if (text := _storable(value))}


def check(sent: Mapping[str, str]) -> Answer:
    """Ask Akismet about what `what_is_sent` returned. Raises CheckFailed."""
    result, headers = _ask(lambda client, known: client.comment_check(**known), sent)
    verdict = {
        akismet.CheckResponse.HAM: Verdict.HAM,
        akismet.CheckResponse.SPAM: Verdict.SPAM,
        akismet.CheckResponse.DISCARD: Verdict.BLATANT,
    }[result]
    return Answer(
        verdict=verdict,
        guid=headers.get("x-akismet-guid", "")[:LONGEST_CODE],
        recheck_after=_recheck_after(headers) if verdict is Verdict.HAM else None,
        alert=_alert(headers),
        headers=headers,
    )


def report(sent: Mapping[str, str], verdict: Verdict) -> None:
    """Tell Akismet what a person decided about what it was sent. Raises CheckFailed."""
    original = {name: value for name, value in sent.items() if name != "recheck_reason"}
    if verdict is Verdict.HAM:
        _ask(lambda client, known: client.submit_ham(**known), original)
    else:
        _ask(lambda client, known: client.submit_spam(**known), original)


def verify_key() -> bool:
    """Tell whether Akismet takes the key for this site. Raises CheckFailed if it doesn't say."""
    return _ask(lambda client, known: client.verify_key())[0]


def usage() -> dict[str, Any]:
    """Return this month's use of the key: `limit` (None: no limit), `usage`, `percentage`,
    `throttled`. Raises CheckFailed."""
    return _ask(lambda client, known: _figures(client.usage_limit()))[0]


@dataclass(frozen=True)
class _Service:
    key: str = field(repr=False)
    address: httpx.URL


def _service() -> _Service:
    """Return the key and address that the settings name now. Raises CheckFailed."""
    if not is_configured():
        raise CheckFailed(Kind.KEY, message=NO_KEY)
    try:
        address = httpx.URL(settings.AKISMET_API_URL)
    except (httpx.InvalidURL, TypeError):
        raise CheckFailed(Kind.KEY, message=BAD_ADDRESS) from None
    host = address.raw_host.decode("ascii").lower().rstrip(".")
    if address.scheme not in ("http", "https") or not host:
        raise CheckFailed(Kind.KEY, message=BAD_ADDRESS)
    if address.scheme == "http" and f".{host}".endswith(".akismet.com"):
        raise CheckFailed(Kind.KEY, message=PLAIN_HTTP)
    return _Service(settings.AKISMET_API_KEY, address)


def _ask(
    question: Callable[[akismet.SyncClient, dict[str, Any]], T],
    sent: Mapping[str, str] | None = None,
) -> tuple[T, dict[str, str]]:
    """Put one question; return the package's reading of the answer, and Akismet's headers.

    The wire gets the key and `sent`, nothing else. Raises CheckFailed.
    """
    service, sent = _service(), sent or {}
    known = {name: value for name, value in sent.items() if name in KNOWN_TO_THE_PACKAGE}
    added = {name: sent[name] for name in sent if name not in KNOWN_TO_THE_PACKAGE | {"blog"}}
    call = Call(service.address, time.monotonic() + CHECK_DEADLINE, added)
    # Nested, as an error report prints what variables hold.
    client = akismet.SyncClient(
        akismet.Config(service.key, sent.get("blog", settings.SITE_URL)), call.client()
    )
    try:
        result = question(client, known)
        trouble = _trouble(call.answer, None)
    except (akismet.AkismetError, ValueError, RecursionError) as error:
        trouble = _trouble(call.answer, error)
    headers = call.headers_without(service.key)
    if trouble:
        # Out here, as those errors can hold the key and would stay attached as the context.
        raise CheckFailed(trouble, headers)
    return result, headers


def _trouble(answer: httpx.Response | None, error: Exception | None) -> Kind | None:
    """Return why an answer is no result, or None if it is one."""
    if answer is None:
        return _silence(error.__cause__ if error else None)
    if "x-akismet-error" in answer.headers or answer.status_code == 429:
        return Kind.REFUSED
    if answer.status_code == 200:
        if error is None:
            return None
        if answer.content == b"invalid":
            return Kind.KEY
    if "x-akismet-alert-code" in answer.headers and answer.status_code < 500:
        return Kind.REFUSED
    return Kind.ANSWER if answer.status_code == 200 else Kind.SERVER


def _silence(cause: BaseException | None) -> Kind:
    match cause:
        case DeadlinePassed():
            return Kind.DEADLINE
        case AnswerTooLong():
            return Kind.ANSWER
    return Kind.UNREACHABLE


def _alert(headers: Mapping[str, str]) -> Alert | None:
    code = headers.get("x-akismet-alert-code", "")[:LONGEST_CODE]
    message = headers.get("x-akismet-alert-msg", "")
    return Alert(code, message) if code or message else None


def _recheck_after(headers: Mapping[str, str]) -> int | None:
    seconds = headers.get("x-akismet-recheck-after", "")
    if not (seconds.isascii() and seconds.isdigit()):
        return None
    return min(int(seconds), LONGEST_RECHECK) or None


def _figures(told: Any) -> dict[str, Any]:
    """Return the figures of a usage-limit answer, whose numbers may come as strings."""
    try:
        return {
            "limit": None if told["limit"] in ("none", None) else int(told["limit"]),
            "usage": int(told["usage"]),
            "percentage": float(told["percentage"]),
            "throttled": str(told["throttled"]).lower() in ("true", "1"),
        }
    except (LookupError, TypeError, OverflowError) as error:
        raise ValueError("Not the figures of a usage-limit answer.") from error


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def _storable(text: str) -> str:
    """Return text that every database and the wire can take: no NUL, no half of a pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
