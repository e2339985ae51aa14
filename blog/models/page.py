"""Pages outside the stream of posts: about, contact and the like."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.models.fields import SlugField
from blog.models.publishable import BODY_LIMIT, Publishable
from blog.querysets import PageQuerySet
from blog.rendering import render_body, renderer_version


class Page(Publishable):
    """A page at an address of its own, `/<slug>/`."""

    slug = SlugField(_("URL slug"), max_length=180, unique=True)
    body = MarkdownxField(_("text"), max_length=BODY_LIMIT)
    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One sentence for link previews."),
    )
    menu_place = models.PositiveSmallIntegerField(
        _("position in the menu"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(999)],
        help_text=_("1 = first. Leave empty to hide."),
    )

    # Filled by `render` when the page is saved, never when it is read.
    body_html = models.TextField(editable=False)
    body_masked_text = models.TextField(editable=False)
    renderer = models.CharField(max_length=30, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title"]

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])

    def render(self) -> None:
        """Fill the rendered fields from `body`."""
        body = render_body(self.body, eager_first_image=True)
        self.body_html = body.html
        self.body_masked_text = body.masked_text
        self.renderer = renderer_version()
