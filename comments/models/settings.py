"""The owner's settings for comments."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Post
from comments.models.choices import Status
from core.singleton import SingletonModel
from pagecache.version import cached_per_version


class BlatantSpam(models.TextChoices):
    """Where comments go that Akismet is sure about."""

    SPAM = Status.SPAM.value, _("Spam")
    TRASH = Status.TRASH.value, _("Trash")


class CommentSettings(SingletonModel):
    """The owner's settings for comments, in one row. Defaults are WordPress's where it has one."""

    require_name_email = models.BooleanField(_("require name and email"), default=True)
    ask_website = models.BooleanField(
        _("ask for a website"),
        default=True,
        db_default=True,
        help_text=_("If off, the form has no field for it."),
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close comments after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Days since publication. Leave empty to keep comments open."),
    )
    flood_seconds = models.PositiveSmallIntegerField(
        _("minimum seconds between comments from one person"),
        default=15,
        help_text=_("0 to turn off."),
    )
    depth = models.PositiveSmallIntegerField(
        _("maximum reply depth"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("How many levels of replies are indented, 1–10."),
    )
    threads_per_page = models.PositiveSmallIntegerField(
        _("threads per page"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("A thread is a comment with all its replies. At most 200."),
    )
    newest_first = models.BooleanField(
        _("newest threads first"),
        default=False,
        db_default=False,
        help_text=_("Replies in a thread always follow each other, oldest first."),
    )
    hold_links = models.PositiveSmallIntegerField(
        _("hold comments with this many links"),
        null=True,
        blank=True,
        default=2,
        db_default=2,
        validators=[MinValueValidator(1)],
        help_text=_("Or more. They wait for a moderator and say why. Leave empty to turn off."),
    )
    blatant_spam_to = models.CharField(
        _("move blatant spam to"),
        max_length=10,
        choices=BlatantSpam,
        default=BlatantSpam.SPAM,
        db_default=BlatantSpam.SPAM.value,
        help_text=_("Akismet calls spam blatant if it is sure. It is never deleted at once."),
    )
    send_name = models.BooleanField(_("send the name to Akismet"), default=True, db_default=True)
    send_email = models.BooleanField(
        _("send the email address to Akismet"), default=True, db_default=True
    )
    send_website = models.BooleanField(
        _("send the website to Akismet"), default=True, db_default=True
    )
    send_browser = models.BooleanField(
        _("send the browser details to Akismet"), default=True, db_default=True
    )
    send_referrer = models.BooleanField(
        _("send the page they came from to Akismet"),
        default=True,
        db_default=True,
        help_text=_(
            "The less Akismet gets, the more it misses. It always gets the text and the IP address."
        ),
    )
    keep_trying_days = models.PositiveSmallIntegerField(
        _("keep trying the spam check for (days)"),
        default=15,
        validators=[MinValueValidator(1)],
        help_text=_("After that, comments go to moderators unchecked."),
    )
    keep_spam_days = models.PositiveSmallIntegerField(
        _("keep spam for (days)"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Moderators can restore it until then."),
    )
    keep_trash_days = models.PositiveSmallIntegerField(
        _("keep trash for (days)"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Moderators can restore comments until then."),
    )
    hide_after_reports = models.PositiveSmallIntegerField(
        _("hide a comment after (reports)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "So many readers' reports hide it until a moderator looks. Leave empty to hide nothing."
        ),
    )
    keep_report_days = models.PositiveSmallIntegerField(
        _("keep readers' reports for (days)"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Shown on the privacy page."),
    )
    keep_sent_days = models.PositiveSmallIntegerField(
        _("keep data sent to Akismet for (days)"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Used to report wrong results to Akismet."),
    )

    classifier_threshold = models.PositiveSmallIntegerField(
        _("hold as spam from a likelihood of (percent)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(50), MaxValueValidator(99)],
        help_text=_(
            "50–99. A new comment that this site's classifier finds this likely to be spam, or "
            "more, goes to Spam instead of Pending. Moderators can restore it; nothing is deleted "
            "or published. 99 is the most careful. Leave empty to only show the likelihood."
        ),
    )

    class Meta(SingletonModel.Meta):
        verbose_name = verbose_name_plural = _("comment settings")
        constraints = [
            *SingletonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(classifier_threshold__isnull=True)
                | Q(classifier_threshold__gte=50, classifier_threshold__lte=99),
                name="classifier_threshold_is_percent",
            ),
            models.CheckConstraint(
                condition=Q(blatant_spam_to__in=BlatantSpam.values),
                name="commentsettings_blatant_spam_to_known",
            ),
        ]

    def closing(self, post: Post) -> datetime | None:
        """Return when comments on a post close automatically (aware); None if they never do."""
        if self.close_after_days is None or post.published_at is None:
            return None
        return post.published_at + timedelta(days=self.close_after_days)

    def are_open(self, post: Post) -> bool:
        """Return True if readers may comment on a post now."""
        closes = self.closing(post)
        is_in_time = closes is None or timezone.now() < closes
        return post.is_published and post.comments_open and is_in_time


@cached_per_version
def comment_settings() -> CommentSettings:
    """Return the rules for a page that is being made."""
    return CommentSettings.load()
