"""What authors type: refused in sentences, before anything is stored."""

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
from blog.publishing.checklist import missing
from blog.rendering import render_body

ADDRESS_LIMIT = 180  # characters; a redirect's path has 200, with "/reviews/" and "/" around it


class AddressForm(forms.ModelForm):
    """A form with an address: made from the title where it is left empty, and free."""

    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=ADDRESS_LIMIT,
        required=False,
        allow_unicode=True,
        help_text=gettext_lazy("The last part of the web address. Empty: made from the title."),
        error_messages={
            "invalid": gettext_lazy(
                "An address holds letters, digits, hyphens and underscores: please take out "
                "spaces and other signs."
            )
        },
    )
    named_by = "title"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An address from before there were rules for it is no trouble while it stays as it is.
        if "slug" in self.fields and self["slug"].data == self.instance.slug:
            self.fields["slug"].validators.clear()

    def clean_slug(self) -> str:
        if slug := self.cleaned_data["slug"]:
            if self.is_taken(slug):
                raise forms.ValidationError(
                    _("The address “%(taken)s” is taken. “%(free)s” is free."),
                    params={"taken": slug, "free": self.next_free(slug)},
                )
            return str(slug)
        made = slugify(self.cleaned_data.get(self.named_by, ""), allow_unicode=True)
        if not made:
            raise forms.ValidationError(
                _("No address can be made of the title: please type one, of letters and digits.")
            )
        return self.next_free(made[: self.longest()].strip("-_"))

    def next_free(self, slug: str) -> str:
        """The slug itself, or with the first number that makes it free."""
        if not self.is_taken(slug):
            return slug
        endings = (f"-{number}" for number in count(2))
        return next(
            free
            for free in (slug[: self.longest() - len(end)] + end for end in endings)
            if not self.is_taken(free)
        )

    def is_taken(self, slug: str) -> bool:
        """Whether another row of the same kind has the address."""
        others = self._meta.model.objects.exclude(pk=self.instance.pk)
        return bool(others.filter(slug=slug).exists())

    def longest(self) -> int:
        """How many characters the address may have here."""
        return min(ADDRESS_LIMIT, self._meta.model._meta.get_field("slug").max_length)


class TagForm(AddressForm):
    """A tag in the admin."""

    named_by = "name"


class PublishedForm(AddressForm):
    """What posts and pages share: Markdown, and the buttons that publish or take back.

    `_draft` saves without a time, `_publish` from now on, `_preview` only shows.
    """

    shown_time: datetime | None = None  # what stands in a previewed form as its time

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "_preview" not in self.data and (refusal := edit_conflicts.refusal(self)):
            self.add_error(None, refusal)
        if "_draft" in self.data:
            self.errors.pop("published_at", None)  # whatever stands there is not needed
            values["published_at"] = None
        elif "_publish" in self.data:
            self.errors.pop("published_at", None)
            values["published_at"] = timezone.now()
        elif "_preview" in self.data:
            # Nothing is stored: it may be looked at before it has all that publishing asks for.
            self.shown_time = values.pop("published_at", None)
            values["published_at"] = None
        return values

    def clean_body(self) -> str:
        return self.renderable("body")

    def clean_title(self) -> str:
        return self.without_spoilers("title")

    def clean_summary(self) -> str:
        return self.without_spoilers("summary")

    def without_spoilers(self, field: str) -> str:
        """A plain field's text; ValidationError for spoiler signs, which hide nothing here."""
        text: str = self.cleaned_data[field]
        found = render_body(text)
        if found.has_spoilers or found.problems:
            raise forms.ValidationError(
                _("This is shown to everybody as it stands: please write it without spoilers.")
            )
        return text

    def renderable(self, field: str) -> str:
        """The Markdown in a field; ValidationError with every sentence the renderer has on it."""
        text: str = self.cleaned_data[field]
        if problems := render_body(text).problems:
            raise forms.ValidationError(list(problems))
        return text


class PostForm(PublishedForm):
    """A post in the admin: a draft may lack anything, a published post nothing on the checklist."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        post = construct_instance(self, self.instance)
        if not post.published_at:
            return values
        lacking = [item for item in missing(post) if item.field not in self.errors]
        for item in lacking:
            self.add_error(item.field, item.sentence)
        if lacking:
            self.add_error(None, not_published(len(lacking)))
        return values

    def clean_verdict(self) -> str:
        text = self.renderable("verdict")
        if render_body(text).has_spoilers:
            raise forms.ValidationError(
                _("The verdict is shown to everybody: please write it without spoilers.")
            )
        return text

    def clean_spoiler_note(self) -> str:
        return self.without_spoilers("spoiler_note")


def not_published(number: int) -> str:
    """What stands above a form that lacks something on the checklist."""
    return ngettext(
        "One thing is missing before this can be published. Nothing is lost: add it below, or "
        "save as a draft.",
        "%(number)d things are missing before this can be published. Nothing is lost: add them "
        "below, or save as a draft.",
        number,
    ) % {"number": number}


class PageForm(PublishedForm):
    """A standing page in the admin."""

    def clean_slug(self) -> str:
        slug = super().clean_slug()
        if is_address_of_the_site(slug):
            raise forms.ValidationError(
                _("The site itself uses the address “%(slug)s”: please choose another."),
                params={"slug": slug},
            )
        return slug


def is_address_of_the_site(slug: str) -> bool:
    """Whether something other than a standing page answers at `/<slug>/` or `/<slug>`."""
    if f"/{slug}/" in (settings.STATIC_URL, settings.MEDIA_URL):
        return True
    for path in (f"/{slug}/", f"/{slug}"):
        try:
            if resolve(path).url_name != "page":
                return True
        except Resolver404:
            continue
    return False
