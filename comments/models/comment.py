"""Comments."""

from math import floor

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import markup
from blog.models import Post, published_q
from comments.models.choices import Result, Status
from comments.models.rule import Rule
from core.text import fold

BODY_LIMIT = 5_000  # characters
# The statuses in which moderators see how likely a comment is spam: it is kept up to date.
SCORED = (Status.PENDING, Status.CHECKING, Status.SPAM)
# The id of the top-level comment of a comment's thread.
ROOT = Coalesce("thread_id", "id")


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments. Everything that readers see goes through `for_readers`."""

    def for_readers(self) -> "CommentQuerySet":
        """Return the comments that readers may see: approved ones of published posts."""
        return self.filter(published_q("post__"), status=Status.APPROVED)

    def in_queue_order(self, status: str, order: str = "") -> "CommentQuerySet":
        """Return them as a tab shows them: those that wait oldest first, others newest first.

        An `order` overrides that of the tab: "oldest", "newest", or by "likelihood": those come
        first that the classifier finds most likely to be spam, and those last on which it has no
        opinion.
        """
        if order == "likelihood":
            likeliest = F("likelihood").desc(nulls_last=True)
            return self.order_by(likeliest, "created_at", "id")
        is_waiting = status in (Status.PENDING, Status.CHECKING)
        if order == "oldest" or (is_waiting and not order):
            return self.order_by("created_at", "id")
        return self.order_by("-created_at", "-id")


class Comment(models.Model):
    """One message under a post. Only `comments.moderation` changes its status."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.RESTRICT, null=True, related_name="replies")
    # The top-level comment of the thread; null for a top-level comment itself.
    thread = models.ForeignKey("self", models.RESTRICT, null=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="comments"
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("email"), max_length=254, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    body = models.TextField(_("comment"), max_length=BODY_LIMIT)
    body_html = models.TextField(editable=False)
    renderer = models.CharField(max_length=30, editable=False)

    status = models.CharField(_("status"), max_length=10, choices=Status)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The owner's rule that held it, or moved it to spam or trash. Django's index of the column is
    # for the moderators who want to see what a rule has done.
    rule = models.ForeignKey(
        Rule, models.SET_NULL, null=True, related_name="comments", verbose_name=_("rule")
    )
    created_at = models.DateTimeField(_("submitted"), default=timezone.now)
    decided_at = models.DateTimeField(
        null=True, help_text="When a person last decided; reports to Akismet follow from it."
    )

    # What a moderator has done with the thread of a top-level comment.
    is_locked = models.BooleanField(
        default=False, db_default=False, help_text="Nobody may reply in the thread."
    )
    is_pinned = models.BooleanField(
        default=False, db_default=False, help_text="Shown first below its post."
    )
    moved_from = models.ForeignKey(
        Post,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The post that it was sent to, if its thread was moved; feeds name it by that.",
    )

    # Name, email, website and body, folded, each on a line of its own but the last: what the
    # moderators' search and the owner's rules look through.
    search_text = models.TextField(editable=False, default="", db_default="")

    # The submission. `fingerprint` is the same for the same text by the same person.
    address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    honeypot_name = models.CharField(max_length=50, blank=True)
    honeypot_value = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)
    receipt = models.CharField(max_length=64, unique=True, help_text="The token's SHA-256.")

    # The spam check. A worker that claims the row sets `claimed_by`, and moves `next_check_at` to
    # the end of its lease: from then on other workers may claim the row.
    claimed_by = models.CharField(max_length=32, blank=True, default="", db_default="")
    next_check_at = models.DateTimeField(null=True)
    check_attempts = models.PositiveSmallIntegerField(default=0)
    check_error = models.CharField(max_length=300, blank=True)
    akismet_request = models.JSONField(null=True, help_text="Exactly what was sent to Akismet.")
    akismet_headers = models.JSONField(default=dict, help_text="Akismet's other headers.")
    result = models.CharField(max_length=10, choices=Result, blank=True)
    guid = models.CharField(max_length=100, blank=True)
    needs_recheck = models.BooleanField(
        default=False, help_text="Akismet asked for a second check."
    )
    reported_result = models.CharField(
        max_length=10,
        choices=Result,
        blank=True,
        help_text="What Akismet last answered, or was last told by a report.",
    )

    # The classifier's opinion. A version that is older than what was learned last makes it due.
    likelihood = models.FloatField(
        null=True, help_text="Of spam, 0 to 1; empty while the classifier has no opinion."
    )
    likelihood_words = models.JSONField(
        default=dict,
        db_default={},
        help_text="The words that weighed most, for spam and against it.",
    )
    likelihood_version = models.PositiveIntegerField(default=0, db_default=0)

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
                condition=Q(result__in=Result.values) & Q(reported_result__in=Result.values),
                name="comment_result_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, thread__isnull=True)
                | Q(parent__isnull=False, thread__isnull=False),
                name="comment_reply_has_thread",
            ),
            # A comment with the status checking is always due at some time.
            models.CheckConstraint(
                condition=~Q(status=Status.CHECKING) | Q(next_check_at__isnull=False),
                name="comment_checking_is_due",
            ),
            models.CheckConstraint(
                condition=Q(likelihood__isnull=True) | Q(likelihood__gte=0, likelihood__lte=1),
                name="comment_likelihood_is_share",
            ),
            models.CheckConstraint(
                condition=Q(is_locked=False, is_pinned=False) | Q(parent__isnull=True),
                name="comment_thread_is_whole",
            ),
            models.UniqueConstraint(
                fields=["post"], condition=Q(is_pinned=True), name="comment_pinned_once_a_post"
            ),
        ]
        # No index is partial by status: SQLite does not use such an index for a bound parameter.
        indexes = [
            # The worker: comments whose check is due.
            models.Index(fields=["status", "next_check_at"], name="comment_due"),
            # The worker: comments to report to Akismet.
            models.Index(
                fields=["reported_result", "status", "decided_at"], name="comment_to_report"
            ),
            # /moderation/: each tab in its order, and its count; the purge of spam and trash.
            models.Index(fields=["status", "created_at", "id"], name="comment_by_status"),
            # /moderation/: each tab by likelihood of spam. PostgreSQL's is made in migration 0013.
            models.Index(
                fields=["status", "-likelihood", "created_at", "id"], name="comment_by_likelihood"
            ),
            # The worker: comments whose likelihood of spam is out of date.
            models.Index(fields=["status", "likelihood_version", "id"], name="comment_to_score"),
            # A post's page, and the counts on cards: approved comments, and which one is pinned.
            models.Index(
                fields=["post", "status", "thread", "id", "is_pinned"], name="comment_of_post"
            ),
            # Submission: the same text again; too fast from one address or e-mail.
            models.Index(fields=["fingerprint"], name="comment_fingerprint"),
            models.Index(fields=["address", "created_at"], name="comment_by_address"),
            models.Index(fields=["email", "created_at"], name="comment_by_email"),
            # The purge of what was sent to Akismet.
            models.Index(
                fields=["created_at"],
                condition=Q(akismet_request__isnull=False),
                name="comment_with_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("comment", args=[self.pk])

    def update_search_text(self) -> None:
        """Set what the moderators' search looks through, after a change of the other fields."""
        self.search_text = fold("\n".join((self.name, self.email, self.website, self.body)))

    @property
    def plain_text(self) -> str:
        """Return the text in one line without its markup, for moderators: with its spoilers."""
        return markup.text_of(self.body_html)

    @property
    def is_long(self) -> bool:
        """True if its text would push other comments out of the queue's sight; it is folded."""
        return len(self.body) > 400 or self.body.count("\n") > 6

    @property
    def likelihood_percent(self) -> int | None:
        """Return the likelihood of spam in whole percent, never more than it is."""
        return None if self.likelihood is None else floor(round(self.likelihood * 100, 4))

    @property
    def is_scored(self) -> bool:
        """True while moderators see the likelihood: on comments that wait, and on spam."""
        return self.status in SCORED and self.likelihood is not None

    @property
    def is_by_team(self) -> bool:
        """True if a logged-in author or moderator sent it; the page marks such comments."""
        return self.user_id is not None


def folded_fields(search_text: str) -> dict[str, str]:
    """Return what `Comment.update_search_text` has joined, by the names of the fields."""
    return dict(zip(("name", "email", "website", "text"), search_text.split("\n", 3), strict=False))
