"""Standing pages: about, contact, and whatever else is outside the stream of posts."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.models.publishable import BODY_LIMIT, Publishable, PublishableQuerySet, render_body, renderer_version
from blog.paths import path_of


class PageQuerySet(PublishableQuerySet):
    def in_menu(self) -> "PageQuerySet":
        """What the menu needs of the pages that it names, in its order, drafts and all."""
        named = self.filter(menu_place__isnull=False).order_by("menu_place", "title")
        return named.only("title", "slug", "published_at")


class Page(Publishable):
    """A standing text at an address of its own, `/<slug>/`."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=180, unique=True, allow_unicode=True)
    body = MarkdownxField(_("text"), max_length=BODY_LIMIT)
    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One plain sentence for link previews."),
    )
    menu_place = models.PositiveSmallIntegerField(
        _("place in the menu"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(999)],
        help_text=_("1 comes first. Empty: the menu does not name it."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Rendered when saved (`render`), never when read.
    body_html = models.TextField(editable=False)
    body_masked_text = models.TextField(editable=False)
    renderer = models.CharField(max_length=30, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        """Saves with its HTML rendered anew."""
        self.render()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return path_of("page", self.slug)

    def render(self) -> None:
        """Fills the rendered fields from `body`."""
        body = render_body(self.body, eager_first_image=True)
        self.body_html = body.html
        self.body_masked_text = body.masked_text
        self.renderer = renderer_version()
