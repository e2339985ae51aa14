"""The reviews: works, posts with their scores and spoiler levels, and the author's legend."""

import hashlib

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

import markup
from blog.settings_record import SettingsRecord

BODY_LIMIT = 65_000  # characters; what `markup` renders within two seconds whatever they are


class SiteSettings(SettingsRecord):
    """What the owner calls the site; one row."""

    name = models.CharField(_("name"), max_length=80, default="Verdict")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    contact = models.EmailField(
        _("contact"),
        blank=True,
        help_text=_("Shown on the privacy page to people who ask about their data."),
    )

    class Meta(SettingsRecord.Meta):
        verbose_name = verbose_name_plural = _("site settings")


class Generation(models.Model):
    """One row whose token is another after each change that readers can see (`blog/pages.py`)."""

    token = models.CharField(max_length=32)


class Kind(models.TextChoices):
    """What a work can be."""

    ANIME_SERIES = "anime_series", _("anime series")
    ANIME_FILM = "anime_film", _("anime film")
    TV_SERIES = "tv_series", _("series")
    FILM = "film", _("film")
    GAME = "game", _("game")
    BOOK = "book", _("book")
    MANGA = "manga", _("manga")
    COMIC = "comic", _("comic")
    MUSIC = "music", _("music")
    OTHER = "other", _("other")


class Work(models.Model):
    """The thing reviewed."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=200, unique=True, allow_unicode=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    creators = models.CharField(_("creators"), max_length=200, blank=True)
    length = models.PositiveIntegerField(
        _("length"),
        null=True,
        blank=True,
        help_text=_("Episodes of a series, pages of a book, minutes of a film, hours of a game."),
    )

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="work_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title


class Tag(models.Model):
    """A word that posts are found by."""

    name = models.CharField(_("name"), max_length=50, unique=True)
    slug = models.SlugField(_("address"), max_length=50, unique=True, allow_unicode=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BandQuerySet(models.QuerySet["Band"]):
    def words_for(self, score: int | None) -> str:
        """The legend's words for a score, "" where there is no score or no band reaches it."""
        if score is None:
            return ""
        found = self.filter(lowest__lte=score).order_by("-lowest").values_list("words", flat=True)
        return found.first() or ""


class Band(models.Model):
    """One band of the author's legend: from `lowest` up to the next band's lowest.

    Bands can neither overlap nor leave holes, for a band has no upper end of its own.
    """

    lowest = models.PositiveSmallIntegerField(
        _("from score"), unique=True, validators=[MaxValueValidator(100)]
    )
    words = models.CharField(
        _("meaning"),
        max_length=200,
        help_text=_("What such a score means to you. Reviews keep the words they came out with."),
    )

    objects = BandQuerySet.as_manager()

    class Meta:
        verbose_name = _("band of the legend")
        verbose_name_plural = _("legend")
        ordering = ["-lowest"]
        constraints = [
            models.CheckConstraint(condition=Q(lowest__lte=100), name="band_within_100"),
        ]

    def __str__(self) -> str:
        return f"{self.lowest}: {self.words}"


class PictureQuerySet(models.QuerySet["Picture"]):
    def sizes(self, addresses: set[str]) -> dict[str, tuple[int, int]]:
        """Width and height in pixels of those addresses that are pictures uploaded here."""
        names = {
            address.removeprefix(settings.MEDIA_URL): address
            for address in addresses
            if address.startswith(settings.MEDIA_URL)
        }
        found = self.filter(file__in=names).values_list("file", "width", "height")
        return {names[name]: (width, height) for name, width, height in found}


class Picture(models.Model):
    """A picture that was uploaded here: decoded, cleaned and written anew (`blog/pictures.py`)."""

    file = models.ImageField(
        _("file"), upload_to="pictures", width_field="width", height_field="height", unique=True
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        help_text=_("What a person who can't see the picture should know."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.alt

    def markdown(self) -> str:
        """What an author writes to show it in a post."""
        return f"![{self.alt}]({self.file.url})"


class SpoilerLevel(models.TextChoices):
    """How much a whole post gives away."""

    NONE = "none", _("no spoilers")
    MINOR = "minor", _("minor spoilers")
    MAJOR = "major", _("major spoilers")


class PostQuerySet(models.QuerySet["Post"]):
    def published(self) -> "PostQuerySet":
        """What readers may see: everything whose time has come. The one rule, used everywhere."""
        return self.filter(published_at__lte=timezone.now())

    def visible_to(self, user: object) -> "PostQuerySet":
        """What this person may see: drafts and scheduled posts only if they may change them."""
        may_change = user.has_perm("blog.change_post")  # type: ignore[attr-defined]
        return self.all() if may_change else self.published()

    def scheduled(self) -> "PostQuerySet":
        """Posts whose time is still to come."""
        return self.filter(published_at__gt=timezone.now())


class Post(models.Model):
    """What the author publishes; usually a review, but it may have no work and no score.

    `published_at` says all: empty is a draft, in the future scheduled, otherwise published.
    """

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=200, unique=True, allow_unicode=True)
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
        help_text=_("One or two plain sentences for cards and link previews, free of spoilers."),
    )
    spoiler_level = models.CharField(
        _("spoilers"), max_length=10, choices=SpoilerLevel, default=SpoilerLevel.NONE
    )
    spoiler_note = models.CharField(
        _("spoiler note"),
        max_length=300,
        blank=True,
        help_text=_("Your own words for the notice at the top, free of spoilers themselves."),
    )
    body = MarkdownxField(_("text"), max_length=BODY_LIMIT)
    verdict = models.TextField(
        _("verdict"),
        max_length=4000,
        blank=True,
        help_text=_("The closing paragraph, in Markdown, free of spoilers."),
    )
    score = models.PositiveSmallIntegerField(
        _("score"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("A whole number from 0 to 100, or empty: no score is not 0."),
    )
    score_words = models.CharField(
        _("meaning of the score"), max_length=200, blank=True, editable=False
    )
    comments_open = models.BooleanField(_("comments are open"), default=True)
    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        help_text=_("Empty: a draft. In the future: scheduled. Otherwise readers see it."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Rendered when saved (`render`), never when read.
    body_html = models.TextField(editable=False)
    body_masked_html = models.TextField(editable=False)
    body_masked_text = models.TextField(editable=False)
    verdict_html = models.TextField(editable=False)
    verdict_text = models.TextField(editable=False)
    renderer = models.CharField(max_length=30, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-published_at", "-id"]
        indexes = [
            # Home, feed and the next scheduled post: published posts, newest first.
            models.Index(fields=["-published_at", "-id"], name="post_by_publication"),
            # `render_again`: posts whose HTML an older renderer wrote.
            models.Index(fields=["renderer"], name="post_by_renderer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="post_score_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(spoiler_level__in=SpoilerLevel.values),
                name="post_spoiler_level_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        """Saves with its HTML rendered anew; `take_wording` is the publisher's affair."""
        self.render()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.slug])

    def render(self) -> None:
        """Fills the rendered fields from `body` and `verdict`."""
        body = render_body(self.body)
        self.body_html = body.html
        self.body_masked_html = body.masked_html
        self.body_masked_text = body.masked_text
        verdict = render_body(self.verdict)
        self.verdict_html = verdict.html
        self.verdict_text = verdict.masked_text
        self.renderer = renderer()

    def take_wording(self) -> None:
        """Keeps the legend's present words for the score: later editions of the legend leave
        this post alone."""
        self.score_words = Band.objects.words_for(self.score)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()

    @property
    def has_major_spoilers(self) -> bool:
        return self.spoiler_level == SpoilerLevel.MAJOR

    @property
    def excerpt(self) -> str:
        """Plain text for cards and descriptions. Of a post with major spoilers it is never
        taken from the body."""
        if self.has_major_spoilers:
            return self.summary or self.verdict_text
        return self.summary or self.body_masked_text


def render_body(text: str) -> markup.Rendered:
    """Renders an author's Markdown with the sizes of the pictures it names.

    The preview and every save come through here, so that both show the same HTML.
    """
    return markup.render_post(
        text,
        pictures=Picture.objects.sizes(markup.picture_addresses(text)),
        site_url=settings.SITE_URL,
        language=settings.LANGUAGE_CODE,
    )


def renderer() -> str:
    """What rendered text depends on besides its source, stored beside it: the renderer's version,
    the language, and the site's address, which stands in front of links in feeds."""
    site = hashlib.sha256(settings.SITE_URL.encode()).hexdigest()[:8]
    return f"{markup.version(settings.LANGUAGE_CODE)}-{site}"
