"""The forms of readers' comments, and of their edits. They use no network."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import markup
from comments import display_names
from comments.models import BODY_LIMIT, Comment, Kind, ReportReason
from comments.models.report import WORDS_LIMIT
from core.form_fields import LineField, MultilineField, UncutMixin


def render_body(text: str) -> markup.Rendered:
    """Return a comment's Markdown as HTML, with the problems found in it."""
    return markup.render_comment(text, site_url=settings.SITE_URL, language=settings.LANGUAGE_CODE)


def is_id(text: str) -> bool:
    """Return True if a form's value can be the id of a comment."""
    return text.isascii() and text.isdigit() and len(text) < 19


class BodyField(MultilineField):
    """A comment's text; validation renders it, and `html` keeps the result."""

    html = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Comment"),
            help_text=gettext_lazy("You can use Markdown. Hide spoilers ||like this||."),
            max_length=BODY_LIMIT,
            widget=forms.Textarea({"rows": 8, "dir": "auto"}),
            error_messages={"required": gettext_lazy("Please write a comment.")},
            **kwargs,
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        rendered = render_body(value)
        if rendered.problems:
            raise forms.ValidationError(list(rendered.problems))
        if not display_names.is_visible(markup.text_of(rendered.html)):
            raise forms.ValidationError(self.error_messages["required"])
        self.html = rendered.html


class NameField(LineField):
    """A name without disturbing characters; a name with no visible character counts as empty."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "dir": "auto"}

    def to_python(self, value: Any) -> Any:
        return display_names.clean_display_name(super().to_python(value) or "")


class WebsiteField(UncutMixin, forms.URLField):
    """A website's http or https address. Most people leave the scheme out.

    So its widget is no `type=url`: browsers would not send "example.org".
    """

    default_validators = [URLValidator(schemes=["http", "https"])]
    NO_WEBSITE = {"http://", "https://", "http:", "https:", "n/a", "na", "none", "no", "-", "."}

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Website"),
            max_length=200,
            required=False,
            assume_scheme="https",
            widget=forms.TextInput({"autocomplete": "url", "inputmode": "url", "dir": "auto"}),
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python("" if str(value).strip().lower() in self.NO_WEBSITE else value)


class EmailField(UncutMixin, forms.EmailField):
    """An email address."""


class CommentForm(forms.Form):
    """The form for readers. `parent_comment` is the comment that is replied to, if any."""

    is_duplicate = False  # True if it was refused because it has been sent before

    body = BodyField()
    name = NameField(
        label=gettext_lazy("Name"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please enter your name.")},
    )
    email = EmailField(
        label=gettext_lazy("Email"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Please enter your email address.")},
    )
    website = WebsiteField()

    def __init__(
        self,
        data: Any = None,
        *,
        parent: Comment | None = None,
        names_required: bool = True,
        with_website: bool = True,
    ) -> None:
        super().__init__(data, auto_id="comment-form-%s", use_required_attribute=True)
        self.parent_comment = parent
        if not with_website:
            del self.fields["website"]
        self.fields["name"].required = self.fields["email"].required = names_required
        wrong = [field for name, field in self.fields.items() if name in self.errors]
        for field in wrong:
            field.widget.attrs["aria-invalid"] = "true"
        if wrong:  # the browser focuses the first one
            wrong[0].widget.attrs["autofocus"] = True

    def refuse(self, sentence: str) -> None:
        """Add an error that belongs to no single field."""
        self.add_error(None, sentence)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()  # so that one person counts as one


class EditForm(forms.ModelForm):
    """A moderator's edit of a comment. `edits` is the number of edits that the form has seen."""

    edits = forms.IntegerField(required=False, widget=forms.HiddenInput)

    name = NameField(label=gettext_lazy("Name"), max_length=100, required=False)
    body = BodyField()
    website = WebsiteField()

    class Meta:
        model = Comment
        fields = ["name", "website", "body"]

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        edits = count_edits(self.instance)
        if self.cleaned_data.get("edits") not in (None, edits):
            self.data = {**dict(self.data.items()), "edits": str(edits)}  # saving again is possible
            raise forms.ValidationError(
                _(
                    "Someone else has edited this comment since you opened it. Your version below "
                    "isn't saved yet. Save again to overwrite theirs."
                )
            )
        return values


def count_edits(comment: Comment) -> int:
    """Return how often a comment has been edited."""
    return comment.events.filter(kind=Kind.EDIT).count()


class AnswerForm(forms.Form):
    """A moderator's reply, from the queue."""

    body = BodyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "answer_%s"  # the same page has an `EditForm`


class ReportForm(forms.Form):
    """A reader's report of a comment."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"),
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a reason.")},
    )
    words = MultilineField(
        label=gettext_lazy("Anything to add?"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )
