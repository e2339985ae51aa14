"""The forms of the admin for what authors write."""

from datetime import datetime
from itertools import count
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.forms.models import construct_instance
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from blog.models import Tag
from blog.models.fields import sort_key_of, validate_slug
from blog.publishing import edit_conflicts
from blog.publishing.checklist import missing_items
from blog.rendering import render_body
from core.form_fields import LineField
from markup import slugify

MAX_SLUG_LENGTH = 180  # characters; a redirect's path has 200, "/reviews/" and "/" included


class SlugField(LineField):
    """A slug in any script."""

    default_validators = [validate_slug]
    allow_unicode = True  # for the admin's script that suggests it while the title is typed


class SluggedForm(forms.ModelForm):
    """A form with a slug, which is made from the title if it is left empty."""

    slug = SlugField(
        label=gettext_lazy("URL slug"),
        max_length=MAX_SLUG_LENGTH,
        required=False,
        help_text=gettext_lazy("Leave empty to create it from the title."),
    )
    slug_source = "title"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # browsers would cut what is pasted
            if isinstance(field.widget, (forms.Textarea, forms.TextInput)):
                field.widget.attrs["dir"] = "auto"
        # A slug from before these rules is accepted as long as it stays the same.
        if "slug" in self.fields and self["slug"].data == self.instance.slug:
            self.fields["slug"].validators.clear()

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug and not self.follows_title(slug):
            if self.is_taken(slug):
                raise forms.ValidationError(
                    _("The URL slug “%(taken)s” is already in use. “%(free)s” is available."),
                    params={"taken": slug, "free": self.next_free_slug(slug)},
                )
            return str(slug)
        slug = slugify(self.data.get(self.slug_source, ""))
        if not slug:
            raise forms.ValidationError(_("Please type a URL slug (letters and digits)."))
        return self.next_free_slug(slug[: self.max_slug_length()].strip("-_"))

    def follows_title(self, slug: str) -> bool:
        """Return True if a slug is to be made anew, because the title it was made of changes."""
        return False

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
    """A tag in the admin: its name differs from others in more than case and accents."""

    slug_source = "name"

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if same := find_same_name(self.instance, name):
            raise forms.ValidationError(
                _("There is a tag “%(name)s” already."), params={"name": same}
            )
        return str(name)


class MergeForm(forms.Form):
    """Which of several tags is kept when they are merged."""

    def __init__(self, tags: QuerySet[Tag], data: Any = None) -> None:
        super().__init__(data)
        label = gettext_lazy("Keep this tag")
        self.fields["kept"] = forms.ModelChoiceField(
            tags, label=label, widget=forms.RadioSelect, empty_label=None
        )


class WorkForm(SluggedForm):
    """A work in the admin: no other of its kind and year has the same title."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        same_kind = {"kind": values.get("kind"), "year": values.get("year")}
        if same := find_same_name(self.instance, values.get("title", ""), **same_kind):
            message = _("There is a work “%(title)s” of this kind and year already.")
            self.add_error("title", forms.ValidationError(message, params={"title": same}))
        return values


def find_same_name(instance: Any, name: str, **conditions: Any) -> Any:
    """Return another row whose name differs only in case, accents or spaces; None without one."""
    others = type(instance).objects.exclude(pk=instance.pk).filter(**conditions)
    return others.filter(sort_key=sort_key_of(name)).first() if name else None


class PublicationField(forms.SplitDateTimeField):
    """A publication date. Of an hour that comes twice, when clocks go back, the first is meant."""

    def compress(self, data_list: Any) -> datetime | None:
        try:
            return super().compress(data_list)
        except forms.ValidationError:
            if not data_list or None in data_list:
                raise
            day, time = data_list
            first = datetime.combine(day, time, timezone.get_current_timezone())
            if first.utcoffset() <= first.replace(fold=1).utcoffset():  # type: ignore[operator]
                raise  # an hour that is left out, when clocks go forward
            return first


class PublishableForm(SluggedForm):
    """Base of the forms of posts and pages: Markdown fields and three buttons.

    `_draft` saves without a publication date, `_publish` with the current time, `_republish` with
    the date before it was taken back, `_preview` does not save.
    """

    preview_published_at: datetime | None = None  # the date in a form that is previewed

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "_preview" not in self.data and (message := edit_conflicts.conflict_message(self)):
            self.add_error(None, message)
        if "_draft" in self.data:
            self.errors.pop("published_at", None)  # the date is not needed
            values["published_at"] = None
        elif "_publish" in self.data or "_republish" in self.data:
            self.errors.pop("published_at", None)
            before = self.instance.withdrawn_date if "_republish" in self.data else None
            values["published_at"] = before or timezone.now()
        elif "_preview" in self.data:
            # Nothing is saved, so the requirements of publishing do not matter yet.
            self.preview_published_at = values.pop("published_at", None)
            values["published_at"] = None
        return values

    def clean_published_at(self) -> datetime | None:
        """Keep the stored moment, to its microseconds, where its text is unchanged."""
        moment: datetime | None = self.cleaned_data["published_at"]
        return moment if "published_at" in self.changed_data else self.instance.published_at

    def follows_title(self, slug: str) -> bool:
        """Return True for a draft that readers never saw, if the slug is what its title made."""
        rows = type(self.instance).objects
        stored = rows.filter(pk=self.instance.pk, slug=slug)
        title = stored.values_list("title", flat=True).first()
        return bool(
            title
            and not rows.ever_published().filter(pk=self.instance.pk).exists()
            and title != self.data.get("title")
            and slug == slugify(title)[: self.max_slug_length()].strip("-_")
        )

    def clean_body(self) -> str:
        return self.clean_markdown("body")

    def clean_title(self) -> str:
        return self.without_spoilers("title")

    def clean_summary(self) -> str:
        return self.without_spoilers("summary")

    def without_spoilers(self, field: str) -> str:
        """Return a plain field's text; raise ValidationError for spoilers, which it can't hide."""
        text: str = self.cleaned_data[field]
        if render_body(text).has_spoilers:
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
