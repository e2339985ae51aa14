"""What is reviewed, the words it is found by, and what a score means to the author."""

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.models.labels import label_of
from blog.paths import path_of


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


class FoundByQuerySet(models.QuerySet[Any]):
    """What posts are found by: tags and works."""

    def counted(self) -> Self:
        """Those that published posts have, each with the `number` of these."""
        posts = self.model._meta.get_field("posts").related_model._default_manager
        out = ~Q(posts__in=posts.hidden().values("pk"))  # without a look at each post itself
        counted = self.annotate(number=Count("posts", filter=out)).filter(number__gt=0)
        return counted.order_by(*self.model._meta.ordering)  # grouping drops the model's own


class Work(models.Model):
    """The thing reviewed."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=200, unique=True, allow_unicode=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9999)]
    )
    creators = models.CharField(_("creators"), max_length=200, blank=True)
    length = models.PositiveIntegerField(
        _("length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text=_("Episodes of a series, pages of a book, minutes of a film, hours of a game."),
    )

    objects = FoundByQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="work_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("work", self.slug)

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return label_of(Kind(self.kind))


class Tag(models.Model):
    """A word that posts are found by."""

    name = models.CharField(_("name"), max_length=50, unique=True)
    slug = models.SlugField(_("address"), max_length=50, unique=True, allow_unicode=True)

    objects = FoundByQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("tag", self.slug)


class BandQuerySet(models.QuerySet["Band"]):
    def with_highest(self) -> list[tuple["Band", int]]:
        """Each band, the highest first, with the highest score that belongs to it."""
        bands = list(self.order_by("-lowest"))
        return list(zip(bands, [100, *(band.lowest - 1 for band in bands)], strict=False))

    def wording_for(self, score: int | None) -> str:
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

    def get_absolute_url(self) -> str:
        return reverse("band", args=[self.lowest])
