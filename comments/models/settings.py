"""The owner's settings for comments."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Post
from core.singleton import SingletonModel
from pagecache.version import cached_per_version


class CommentSettings(SingletonModel):
    """The owner's settings for comments, in one row. Defaults are WordPress's where it has one."""

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
    keep_sent_days = models.PositiveSmallIntegerField(
        _("days to keep what was sent to Akismet"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Akismet is corrected with the same data when it was wrong."),
    )

    class Meta(SingletonModel.Meta):
        verbose_name = verbose_name_plural = _("comment settings")

    def closing(self, post: Post) -> datetime | None:
        """Return when comments on a post close automatically (aware); None if they never do."""
        if self.close_after_days is None or post.published_at is None:
            return None
        return post.published_at + timedelta(days=self.close_after_days)

    def are_open(self, post: Post) -> bool:
        """Return True if readers may comment on a post now.

        The post must be published, its comments open, and the time for comments not over.
        """
        closes = self.closing(post)
        is_in_time = closes is None or timezone.now() < closes
        return post.is_published and post.comments_open and is_in_time


@cached_per_version
def comment_settings() -> CommentSettings:
    """Return the rules for a page that is being made."""
    return CommentSettings.load()
