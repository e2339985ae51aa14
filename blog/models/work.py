"""The works that posts are about."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.models.fields import SlugField, SortKeyField
from blog.querysets import TaxonomyQuerySet


class WorkKind(models.TextChoices):
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


# What the people in `creators` did, where their kind of work has a usual word for it.
CREATORS_LABELS = {
    WorkKind.ANIME_SERIES: _("Studio"),
    WorkKind.ANIME_FILM: _("Studio"),
    WorkKind.TV_SERIES: _("Created by"),
    WorkKind.FILM: _("Directed by"),
    WorkKind.GAME: _("Developer"),
    WorkKind.MUSIC: _("Artist"),
}


class Work(models.Model):
    """The thing reviewed."""

    title = models.CharField(_("title"), max_length=200)
    slug = SlugField(_("URL slug"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=WorkKind)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9999)]
    )
    creators = models.CharField(_("creators"), max_length=200, blank=True)
    length = models.PositiveIntegerField(
        _("length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text=_(
            "Series: episodes. Films and music: minutes. Books, manga and comics: pages. Games: "
            "hours."
        ),
    )

    sort_key = SortKeyField(of="title")

    objects = TaxonomyQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=WorkKind.values), name="work_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("work", args=[self.slug])

    @property
    def creators_label(self) -> str:
        """Return the label of the creators: "Studio" for anime, "Directed by" for a film."""
        return str(CREATORS_LABELS.get(WorkKind(self.kind), _("By")))
