"""The base of posts and pages: when readers may see them, and when they are rendered."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

BODY_LIMIT = 65_000  # characters; `markup` renders any text of that length within two seconds
# Outside of these, dates overflow in some time zone, and archives have years of four digits.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def validate_publication_date(at: datetime) -> None:
    """Raise ValidationError for a time (aware) at which nothing can be published."""
    if not EARLIEST <= at <= LATEST:
        raise ValidationError(_("Please choose a date between 1970 and 2999."))


class Publishable(models.Model):
    """Posts and pages: `published_at` is empty for a draft, in the future if scheduled."""

    title = models.CharField(_("title"), max_length=200)
    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        validators=[validate_publication_date],
        help_text=_("Empty = draft. A future date schedules publication."),
    )

    # True if readers had seen it by the time it was last saved. The passing of time publishes,
    # too, so ask `ever_published()`.
    was_published = models.BooleanField(default=False, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    # When what readers see last changed; `updated_at` moves with every save.
    revised_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    # The publication date of a draft that was published before.
    withdrawn_date = models.DateTimeField(null=True, editable=False)

    # The fields with Markdown, those that `render` reads, and those that it fills.
    MARKDOWN_FIELDS: tuple[str, ...] = ("body",)
    SOURCE_FIELDS: tuple[str, ...] = ("body",)
    RENDERED_FIELDS: tuple[str, ...] = ("body_html", "body_masked_text", "renderer")
    SHOWN_FIELDS: tuple[str, ...] = ("title", "body")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(published_at__gte=EARLIEST, published_at__lte=LATEST),
                name="%(class)s_published_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render the Markdown and save. Publishing, not this, updates a score's wording."""
        self.render()
        self.note_changes()
        super().save(*args, **kwargs)

    def note_changes(self) -> None:
        """Move `revised_at` if readers see something else; keep the date of a withdrawn text."""
        fields = (*self.SHOWN_FIELDS, "published_at")
        stored = type(self)._default_manager.filter(pk=self.pk).values(*fields).first()
        if stored is None:
            return
        if any(stored[name] != getattr(self, name) for name in self.SHOWN_FIELDS):
            self.revised_at = timezone.now()
        if self.published_at:
            self.withdrawn_date = None
        elif stored["published_at"] and stored["published_at"] <= timezone.now():
            self.withdrawn_date = stored["published_at"]

    def render(self) -> None:
        """Fill the rendered fields."""
        raise NotImplementedError

    def rerender(self) -> int:
        """Render a saved text again, not `updated_at`; return 0 if it has changed meanwhile."""
        sources = {name: getattr(self, name) for name in self.SOURCE_FIELDS}
        self.render()
        rendered = {name: getattr(self, name) for name in self.RENDERED_FIELDS}
        return type(self)._default_manager.filter(pk=self.pk, **sources).update(**rendered)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()

    @property
    def changed_at(self) -> datetime:
        """Return when readers last saw it change (aware): at its publication, or later."""
        return max(self.revised_at, self.published_at or self.revised_at)
