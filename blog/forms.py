"""The forms of the admin for what authors write."""

from datetime import datetime
from itertools import count
from typing import Any

from django import forms
from django.conf import settings
from django.forms.models import construct_instance
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from blog.publishing import edit_conflicts
from blog.publishing.checklist import missing_items
from blog.rendering import render_body

MAX_SLUG_LENGTH = 180  # characters; a redirect's path has 200, "/reviews/" and "/" included


class SluggedForm(forms.ModelForm):
    """A form with a slug, which is made from the title if it is left empty."""

    slug = forms.SlugField(
        label=gettext_lazy("URL slug"),
        max_length=MAX_SLUG_LENGTH,
        required=False,
        allow_unicode=True,
        help_text=gettext_lazy("Leave empty to create it from the title."),
        error_messages={
            "invalid": gettext_lazy("Use only letters, digits, hyphens and underscores.")
        },
    )
    slug_source = "title"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, (forms.Textarea, forms.TextInput)):
                field.widget.attrs["dir"] = "auto"
        # A slug from before these rules is accepted as long as it stays the same.
        if "slug" in self.fields and self["slug"].data == self.instance.slug:
            self.fields["slug"].validators.clear()

    def clean_slug(self) -> str:
        if slug := self.cleaned_data["slug"]:
            if self.is_taken(slug):
                raise forms.ValidationError(
                    _("The URL slug “%(taken)s” is already in use. “%(free)s” is available."),
                    params={"taken": slug, "free": self.next_free_slug(slug)},
                )
            return str(slug)
        slug = slugify(self.cleaned_data.get(self.slug_source, ""), allow_unicode=True)
        if not slug:
            raise forms.ValidationError(_("Please type a URL slug (letters and digits)."))
        return self.next_free_slug(slug[: self.max_slug_length()].strip("-_"))

    def next_free_slug(self, slug: str) -> str:
        """Return the slug, with the first number that makes it free if it is taken."""
        if not self.is_taken(slug):
            return slug
        suffixes = (f"-{number}" for number in count(2))
        return next(
            candidate
            for candidate in (
                slug[: self.max_slug_length() - len(suffix)] + suffix for suffix in suffixes
            )
            if not self.is_taken(candidate)
        )

    def is_taken(self, slug: str) -> bool:
        """Return True if another row of the same model has the slug."""
        others = type(self.instance).objects.exclude(pk=self.instance.pk)
        return bool(others.filter(slug=slug).exists())

    def max_slug_length(self) -> int:
        """Return how many characters the slug may have."""
        return min(MAX_SLUG_LENGTH, self.instance._meta.get_field("slug").max_length)


class TagForm(SluggedForm):
    """A tag in the admin."""

    slug_source = "name"


class PublishableForm(SluggedForm):
    """Base of the forms of posts and pages: Markdown fields and three buttons.

    `_draft` saves without a publication date, `_publish` with the current time, `_preview` does not
    save.
    """

    preview_published_at: datetime | None = None  # the date in a form that is previewed

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "_preview" not in self.data and (message := edit_conflicts.conflict_message(self)):
            self.add_error(None, message)
        if "_draft" in self.data:
            self.errors.pop("published_at", None)  # the date is not needed
            values["published_at"] = None
        elif "_publish" in self.data:
            self.errors.pop("published_at", None)
            values["published_at"] = timezone.now()
        elif "_preview" in self.data:
            # Nothing is saved, so the requirements of publishing do not matter yet.
            self.preview_published_at = values.pop("published_at", None)
            values["published_at"] = None
        return values

    def clean_body(self) -> str:
        return self.clean_markdown("body")

    def clean_title(self) -> str:
        return self.without_spoilers("title")

    def clean_summary(self) -> str:
        return self.without_spoilers("summary")

    def without_spoilers(self, field: str) -> str:
        """Return a plain field's text; raise ValidationError for spoilers, which it can't hide."""
        text: str = self.cleaned_data[field]
        rendered = render_body(text)
        if rendered.has_spoilers or rendered.problems:
            raise forms.ValidationError(
                _("Everyone can see this. Please write it without spoilers.")
            )
        return text

    def clean_markdown(self, field: str) -> str:
        """Return the Markdown in a field; raise ValidationError with all problems in it."""
        text: str = self.cleaned_data[field]
        if problems := render_body(text).problems:
            raise forms.ValidationError(list(problems))
        return text


class PostForm(PublishableForm):
    """A post in the admin. A published post must meet every requirement of the checklist."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        post = construct_instance(self, self.instance)
        if not post.published_at:
            return values
        missing = [item for item in missing_items(post) if item.field not in self.errors]
        for item in missing:
            self.add_error(item.field, item.sentence)
        if missing:
            self.add_error(None, missing_items_message(len(missing)))
        return values

    def clean_verdict(self) -> str:
        text = self.clean_markdown("verdict")
        if render_body(text).has_spoilers:
            raise forms.ValidationError(
                _("Everyone can see the verdict. Please write it without spoilers.")
            )
        return text

    def clean_spoiler_note(self) -> str:
        return self.without_spoilers("spoiler_note")


def missing_items_message(number: int) -> str:
    """Return the message above a form that lacks something on the checklist."""
    return ngettext(
        "One thing is missing before you can publish. Add it below, or save as a draft.",
        "%(number)d things are missing before you can publish. Add them below, or save as a draft.",
        number,
    ) % {"number": number}


class PageForm(PublishableForm):
    """A standing page in the admin."""

    def clean_slug(self) -> str:
        slug = super().clean_slug()
        if is_reserved_slug(slug):
            raise forms.ValidationError(
                _("The URL slug “%(slug)s” is reserved. Please choose another one."),
                params={"slug": slug},
            )
        return slug


def is_reserved_slug(slug: str) -> bool:
    """Return True if something other than a page answers at `/<slug>/` or `/<slug>`."""
    if f"/{slug}/" in (settings.STATIC_URL, settings.MEDIA_URL):
        return True
    for path in (f"/{slug}/", f"/{slug}"):
        try:
            if resolve(path).url_name != "page":
                return True
        except Resolver404:
            continue
    return False
