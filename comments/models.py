"""Comments, the events that moved them, and what is known of the spam check."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Post, published_q
from core.request_id import current_request_id
from core.singleton import SingletonModel
from pagecache.version import cached_per_version

BODY_LIMIT = 5_000  # characters


class Status(models.TextChoices):
    """Where a comment stands."""

    CHECKING = "checking", _("checking")
    PENDING = "pending", _("pending")
    APPROVED = "approved", _("approved")
    SPAM = "spam", _("spam")
    TRASH = "trash", _("trash")


class Result(models.TextChoices):
    """What the spam check said; a check that failed is no result."""

    NONE = "", _("not checked")
    HAM = "ham", _("ham")
    SPAM = "spam", _("spam")
    BLATANT = "blatant", _("blatant spam")


class CommentSettings(SingletonModel):
    """The owner's rules for comments; one row. The defaults are WordPress's where it has one."""

    require_name_email = models.BooleanField(
        _("name and e-mail address are required"),
        default=True,
        help_text=_("Without it readers may leave both empty."),
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close comments after days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Counted from publication; empty: never."),
    )
    flood_seconds = models.PositiveSmallIntegerField(
        _("seconds between two comments of one person"),
        default=15,
        help_text=_("Known by IP address or e-mail address; 0: no pause."),
    )
    depth = models.PositiveSmallIntegerField(
        _("depth of threads"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("How far replies to replies are set in, from 1 to 10."),
    )
    threads_per_page = models.PositiveSmallIntegerField(
        _("threads a page"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("A comment with all its replies is one thread; 200 at most."),
    )
    keep_trying_days = models.PositiveSmallIntegerField(
        _("days to keep trying the spam check"),
        default=15,
        validators=[MinValueValidator(1)],
        help_text=_("After that a comment goes to the moderators unchecked."),
    )
    keep_spam_days = models.PositiveSmallIntegerField(
        _("days to keep spam"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Until then moderators can still restore it."),
    )
    keep_trash_days = models.PositiveSmallIntegerField(
        _("days to keep trash"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Until then moderators can still restore what they rejected."),
    )
    keep_address_days = models.PositiveSmallIntegerField(
        _("days to keep IP addresses and browsers' names"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("The privacy page tells readers this number."),
    )
    keep_sent_days = models.PositiveSmallIntegerField(
        _("days to keep what was sent to Akismet"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Akismet is corrected with the same data when it was wrong."),
    )

    class Meta(SingletonModel.Meta):
        verbose_name = verbose_name_plural = _("comment settings")

    def closing(self, post: Post) -> datetime | None:
        """When comments under a published post close by themselves (aware); None: never."""
        if self.close_after_days is None or post.published_at is None:
            return None
        return post.published_at + timedelta(days=self.close_after_days)

    def are_open(self, post: Post) -> bool:
        """Whether readers may comment on a post now: it is out, and nothing has closed them."""
        closes = self.closing(post)
        in_time = closes is None or timezone.now() < closes
        return post.is_published and post.comments_open and in_time


@cached_per_version
def comment_settings() -> CommentSettings:
    """Return the rules for a page that is being made."""
    return CommentSettings.load()


# The id of the top-level comment of a comment's thread.
ROOT = Coalesce("thread_id", "id")


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_readers(self) -> "CommentQuerySet":
        """What readers may see: approved comments of published posts. The one rule."""
        return self.filter(published_q("post__"), status=Status.APPROVED)

    def still(self, status: str) -> "CommentQuerySet":
        """Those that stand in a status, of some whose keys are known. Not by the column itself:
        SQLite would rather go through all of that status than look fifty keys up."""
        return self.alias(stands=Concat("status", Value(""))).filter(stands=status)


class Comment(models.Model):
    """One message under a post. Its status changes through `comments.moderation` alone."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.RESTRICT, null=True, related_name="replies")
    # The top-level comment of the thread; empty in that comment itself.
    thread = models.ForeignKey("self", models.RESTRICT, null=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="comments"
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    body = models.TextField(_("comment"), max_length=BODY_LIMIT)
    body_html = models.TextField(editable=False)
    renderer = models.CharField(max_length=30, editable=False)

    status = models.CharField(_("status"), max_length=10, choices=Status)
    reason = models.CharField(_("why it waits"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    decided_at = models.DateTimeField(
        null=True, help_text="When a person last decided; what the outside hears follows from it."
    )

    # About the submission. `fingerprint` is the same for the same text by the same person.
    address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    honeypot_name = models.CharField(max_length=50, blank=True)
    honeypot_value = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)
    receipt = models.CharField(max_length=64, unique=True, help_text="The token's SHA-256.")

    # The spam check. `next_check_at` is when the worker may next take the row: also its lease.
    next_check_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    sent = models.JSONField(null=True, help_text="Exactly what was sent to Akismet.")
    result = models.CharField(max_length=10, choices=Result, blank=True)
    recheck = models.BooleanField(default=False, help_text="Akismet asked for a second look.")
    guid = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict, help_text="Akismet's other headers.")
    told = models.CharField(
        max_length=10, choices=Result, blank=True, help_text="What Akismet was last told."
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("moderate", _("Can moderate comments"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="comment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(result__in=Result.values) & Q(told__in=Result.values),
                name="comment_result_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, thread__isnull=True)
                | Q(parent__isnull=False, thread__isnull=False),
                name="comment_reply_has_thread",
            ),
            # A row that is checking always comes up again.
            models.CheckConstraint(
                condition=~Q(status=Status.CHECKING) | Q(next_check_at__isnull=False),
                name="comment_checking_is_due",
            ),
        ]
        # None is partial by status: SQLite does not use such an index for a bound parameter.
        indexes = [
            # The worker: which rows are due (`tasks.claim`).
            models.Index(fields=["status", "next_check_at"], name="comment_due"),
            # The worker: where decision and told differ (`tasks.reports`).
            models.Index(fields=["told", "status", "decided_at"], name="comment_to_report"),
            # /moderation/: each tab in its order, and its count; the purge of spam and trash.
            models.Index(fields=["status", "created_at", "id"], name="comment_by_status"),
            # A post's page and the counts on cards: what is approved.
            models.Index(fields=["post", "status", "thread", "id"], name="comment_by_post"),
            # Submission: the same text again; too fast from one address or e-mail.
            models.Index(fields=["fingerprint"], name="comment_fingerprint"),
            models.Index(fields=["address", "created_at"], name="comment_by_address"),
            models.Index(fields=["email", "created_at"], name="comment_by_email"),
            # The purge of what was sent to Akismet.
            models.Index(
                fields=["created_at"], condition=Q(sent__isnull=False), name="comment_with_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("comment", args=[self.pk])

    @property
    def is_by_team(self) -> bool:
        """Sent by a logged-in author or moderator: marked on the page."""
        return self.user_id is not None


class Event(models.Model):
    """One passage of a comment between statuses: who, when, from, to, why.

    `status_from` is empty at submission; both are the same where a moderator edited the text,
    and `text` is then what stood there before. `act` joins the passages of one act on many.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="events")
    act = models.UUIDField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status_from = models.CharField(max_length=10, choices=Status, blank=True)
    status_to = models.CharField(max_length=10, choices=Status)
    why = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    request_id = models.CharField(
        max_length=32,
        blank=True,
        default=current_request_id,
        db_default="",
        help_text="Under which the log knows the request, or the worker's round, that made it.",
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status_to__in=Status.values), name="event_status_known"
            ),
        ]
        indexes = [
            # The mail to moderators: what has come to wait since the last one.
            models.Index(fields=["status_to", "at"], name="event_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.status_from} -> {self.status_to}"


class SpamService(models.Model):
    """What is known of Akismet itself: its breaker, its last alert; one row for all workers.

    While `next_probe_at` is set the service counts as away: one probe at a time asks again.
    """

    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    suspect = models.BigIntegerField(
        null=True, help_text="The one comment whose check failed so far, while it is only one."
    )
    next_probe_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="When it last failed for all.")
    failure = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)
    alert_code = models.CharField(max_length=20, blank=True)
    alert = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="spam_service_is_one_row")]
