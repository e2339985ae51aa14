"""Posts: reviews with their scores and spoiler levels, and what else the author publishes."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.models.fields import SlugField
from blog.models.legend import Band
from blog.models.picture import Picture
from blog.models.publishable import BODY_LIMIT, Publishable
from blog.models.tag import Tag
from blog.models.work import Work
from blog.querysets import PostQuerySet
from blog.rendering import count_words, has_initial, render_body, renderer_version
from pagecache.version import cached_per_version

EXCERPT_LENGTH = 600  # characters: twice what a card or a feed shows of it


class SpoilerLevel(models.TextChoices):
    """How much a whole post gives away."""

    NONE = "none", _("no spoilers")
    MINOR = "minor", _("minor spoilers")
    MAJOR = "major", _("major spoilers")


class Post(Publishable):
    """What the author publishes; usually a review, but it may have no work and no score."""

    slug = SlugField(_("URL slug"), max_length=200, unique=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("author")
    )
    work = models.ForeignKey(
        Work, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("work")
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts", verbose_name=_("tags"))
    thumbnail = models.ForeignKey(
        Picture,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("thumbnail"),
    )
    summary = models.TextField(
        _("summary"),
        max_length=400,
        blank=True,
        help_text=_("One or two sentences for cards and link previews. No spoilers, no Markdown."),
    )
    spoiler_level = models.CharField(
        _("spoiler level"),
        max_length=10,
        choices=SpoilerLevel,
        blank=True,
        default="",
        help_text=_("Required before publishing."),
    )
    spoiler_note = models.CharField(
        _("spoiler note"),
        max_length=300,
        blank=True,
        help_text=_("Shown in the spoiler warning. Don't spoil anything here."),
    )
    body = MarkdownxField(_("text"), max_length=BODY_LIMIT)
    verdict = models.TextField(
        _("verdict"),
        max_length=4000,
        blank=True,
        help_text=_("Closing paragraph, in Markdown. No spoilers."),
    )
    score = models.PositiveSmallIntegerField(
        _("score"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("0–100. Leave empty for none."),
    )
    score_wording = models.CharField(
        _("meaning of the score"), max_length=200, blank=True, editable=False
    )
    unscored = models.BooleanField(_("this review has no score"), default=False)
    comments_open = models.BooleanField(_("allow comments"), default=True)

    # Filled by `render` when the post is saved, never when it is read.
    body_html = models.TextField(editable=False)
    body_masked_html = models.TextField(editable=False)
    body_masked_text = models.TextField(editable=False)
    verdict_html = models.TextField(editable=False)
    verdict_masked_html = models.TextField(editable=False, default="", db_default="")
    verdict_text = models.TextField(editable=False)
    # Plain text for cards and descriptions. It is never taken from the body of a post with major
    # spoilers, and lists read it instead of the texts.
    excerpt = models.TextField(editable=False)
    words = models.PositiveIntegerField(_("words"), default=0, editable=False)
    reading_minutes = models.PositiveSmallIntegerField(
        _("reading time in minutes"), default=0, editable=False
    )
    renderer = models.CharField(max_length=30, editable=False)
    # True if the search index is older than the post; `index_due_posts` brings it up to date.
    index_due = models.BooleanField(default=True, editable=False)

    MARKDOWN_FIELDS = ("body", "verdict")
    SHOWN_FIELDS = (
        *("title", "body", "verdict", "score", "score_wording", "summary"),
        *("spoiler_level", "spoiler_note", "thumbnail_id", "work_id"),
    )
    SOURCE_FIELDS = ("body", "verdict", "summary", "spoiler_level")
    RENDERED_FIELDS = (
        *("body_html", "body_masked_html", "body_masked_text"),
        *("verdict_html", "verdict_masked_html", "verdict_text"),
        *("excerpt", "words", "reading_minutes", "renderer", "index_due"),
    )

    objects = PostQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-published_at", "-id"]
        indexes = [
            # Home, feed and the next scheduled post: published posts, newest first.
            models.Index(fields=["-published_at", "-id"], name="post_by_publication"),
            # The posts of a band of the legend, the highest score first.
            models.Index(fields=["-score", "-published_at", "-id"], name="post_by_score"),
            # `render_again`: posts whose HTML an older renderer wrote.
            models.Index(fields=["renderer"], name="post_by_renderer"),
            # The worker: posts that the search index lags behind (`index_due_posts`).
            models.Index(fields=["id"], condition=Q(index_due=True), name="post_index_due"),
        ]
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="post_score_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(spoiler_level__in=SpoilerLevel.values)
                | Q(spoiler_level="", published_at__isnull=True),
                name="post_spoiler_level_chosen",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.slug])

    def render(self) -> None:
        """Fill the rendered fields from `body`, `verdict` and `summary`."""
        body = render_body(self.body, eager_first_image=self.thumbnail_id is None)
        self.body_html = body.html
        self.body_masked_html = body.masked_html
        self.body_masked_text = body.masked_text
        verdict = render_body(self.verdict, id_prefix="v-")
        self.verdict_html = verdict.html
        self.verdict_masked_html = verdict.masked_html
        self.verdict_text = verdict.masked_text_without_footnotes
        self.excerpt = self._make_excerpt()
        text = f"{self.body_masked_text} {self.verdict_text}"
        self.words, self.reading_minutes = count_words(text)
        self.renderer = renderer_version()
        self.index_due = True

    def _make_excerpt(self) -> str:
        text = self.verdict_text if self.has_major_spoilers else self.body_masked_text
        return (self.summary or text)[:EXCERPT_LENGTH]

    def snapshot_score_wording(self) -> None:
        """Keep what the legend says about the score now; later changes of the legend leave it."""
        self.score_wording = Band.objects.wording_for(self.score)

    @cached_property
    def shown_tags(self) -> list[Tag]:
        """Return its tags by name. `with_tags()` reads those of many posts at once."""
        return list(self.tags.all())

    @property
    def has_initial(self) -> bool:
        """Return True if the text may begin with an initial of three lines."""
        return has_initial(self.body_html)

    @property
    def has_spoilers(self) -> bool:
        """Return True if readers are warned of the whole post."""
        return self.spoiler_level in (SpoilerLevel.MINOR, SpoilerLevel.MAJOR)

    @property
    def has_major_spoilers(self) -> bool:
        return self.spoiler_level == SpoilerLevel.MAJOR


def next_publication() -> datetime | None:
    """Return when the next scheduled post will be published (aware); None if there is none."""
    moment = first_scheduled()
    if moment is None or moment > timezone.now():
        return moment
    return query_first_scheduled()  # the remembered time has passed


def query_first_scheduled() -> datetime | None:
    """Return the earliest publication date (aware) that is still to come."""
    scheduled = Post.objects.scheduled().order_by("published_at")
    return scheduled.values_list("published_at", flat=True).first()


first_scheduled = cached_per_version(query_first_scheduled)
