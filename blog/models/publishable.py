"""What an author writes: when readers may see it, and how it becomes HTML."""

import hashlib
import math
import re
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import markup
from blog.models.picture import Picture

WORDS_A_MINUTE = 230  # silent reading of English prose: Brysbaert 2019, 238 for non-fiction
# Kana, Han characters, Thai and Lao: written without spaces.
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
BODY_LIMIT = 65_000  # characters; what `markup` renders within two seconds whatever they are
# Outside of it dates overflow in some time zone, and archives have years of four digits.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def validate_publication_date(at: datetime) -> None:
    """ValidationError for a time at which nothing is ever published."""
    if not EARLIEST <= at <= LATEST:
        raise ValidationError(_("Please choose a day from 1970 to 2999."))


def published_q(owner: str = "", now: datetime | None = None) -> Q:
    """The one rule of what readers may see: everything whose time has come. Its rows are found
    by `published()`, and what hangs on them by the way there, such as `published_q("post__")`."""
    return Q(**{f"{owner}published_at__lte": now or timezone.now()})


class PublishableQuerySet(models.QuerySet[Any]):
    def published(self, now: datetime | None = None) -> Self:
        """What readers may see, used everywhere."""
        return self.filter(published_q(now=now))

    def hidden(self, now: datetime | None = None) -> Self:
        """What readers may not see: drafts, and what is still to come. Of a site's many texts
        these are few, so that leaving them out is the quick way to count the others. Said so, the
        other half of `published_q` is found in an index."""
        to_come = Q(published_at__gt=now or timezone.now())
        return self.filter(Q(published_at__isnull=True) | to_come)

    def ever_published(self) -> Self:
        """What readers may know: what they see now, or saw before it was taken back."""
        return self.filter(Q(was_published=True) | published_q())

    def visible_to(self, user: Any) -> Self:
        """What this person may see: drafts and scheduled texts only if they may change them."""
        may_change = user.has_perm(f"blog.change_{self.model._meta.model_name}")
        return self.all() if may_change else self.published()

    def showing(self, picture: Picture) -> Self:
        """Those whose text shows a picture: its random name is found nowhere else."""
        written = (Q(**{f"{field}__contains": picture.file.name}) for field in self.model.WRITTEN)
        return self.filter(reduce(or_, written))

    def scheduled(self, now: datetime | None = None) -> Self:
        """Those whose time is still to come."""
        return self.filter(published_at__gt=now or timezone.now())


class Publishable(models.Model):
    """Base of posts and pages.

    `published_at` says all: empty is a draft, in the future scheduled, otherwise published.
    """

    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        validators=[validate_publication_date],
        help_text=_("Empty: a draft. In the future: scheduled. Otherwise readers see it."),
    )

    # Whether readers saw it by the last time that it was saved: time alone publishes, too, so
    # the rule is `ever_published()`.
    was_published = models.BooleanField(default=False, editable=False)

    updated_at: "models.DateTimeField[Any, datetime]"  # each has its own

    # What is written by hand, and what `render` makes of it.
    WRITTEN: tuple[str, ...] = ("body",)
    RENDERED: tuple[str, ...] = ("body_html", "body_masked_text", "renderer")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(published_at__gte=EARLIEST, published_at__lte=LATEST),
                name="%(class)s_published_in_bounds",
            )
        ]

    def render(self) -> None:
        """Fills the rendered fields from the written ones."""
        raise NotImplementedError

    def rerender(self) -> int:
        """Renders a saved text anew; returns 1, or 0 if somebody has changed it meanwhile.

        Only what is rendered is written: `updated_at` stays.
        """
        written = {name: getattr(self, name) for name in self.WRITTEN}
        self.render()
        rendered = {name: getattr(self, name) for name in self.RENDERED}
        return type(self)._default_manager.filter(pk=self.pk, **written).update(**rendered)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()

    @property
    def changed_at(self) -> datetime:
        """When readers last saw it change (aware): at its publication, or later."""
        return max(self.updated_at, self.published_at or self.updated_at)


def render_body(text: str, *, eager_first_image: bool = False) -> markup.Rendered:
    """Render an author's Markdown with the stored pictures that it names.

    Pass `eager_first_image` for a text whose first picture is the first one on the page.

    The preview and every save come through here, so that both show the same HTML.
    """
    return markup.render_post(
        text,
        pictures=Picture.objects.at(markup.picture_addresses(text)),
        site_url=settings.SITE_URL,
        language=settings.LANGUAGE_CODE,
        eager_first_image=eager_first_image,
    )


def renderer_version() -> str:
    """What rendered text depends on besides its source, stored beside it: the renderer's version,
    the language, and the site's address, which stands in front of links in feeds."""
    site = hashlib.sha256(settings.SITE_URL.encode()).hexdigest()[:8]
    return f"{markup.version(settings.LANGUAGE_CODE)}-{site}"


def count_words(text: str) -> tuple[int, int]:
    """Words and minutes of reading of a plain text; of scripts without spaces between words, each
    sign counts as half a word."""
    spaced = UNSPACED.sub(" ", text).split()
    words = sum(any(map(str.isalnum, word)) for word in spaced) + len(UNSPACED.findall(text)) // 2
    return words, math.ceil(words / WORDS_A_MINUTE)
