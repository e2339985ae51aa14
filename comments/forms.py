"""The forms of comments. They check shapes and lengths, and use neither database nor network."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy

import markup
from comments import display_names
from comments.models import BODY_LIMIT, Comment
from core.form_fields import MultilineField


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
        self.html = rendered.html


class NameField(forms.CharField):
    """A name without disturbing characters; a name with no visible character counts as empty."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "dir": "auto"}

    def to_python(self, value: Any) -> Any:
        return display_names.clean_display_name(super().to_python(value) or "")


class WebsiteField(forms.URLField):
    """A website's http or https address. Most people leave the scheme out."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Website"),
            max_length=200,
            required=False,
            assume_scheme="https",
            widget=forms.URLInput({"autocomplete": "url", "dir": "auto"}),
        )


class CommentForm(forms.Form):
    """The form for readers. `parent_comment` is the comment that is replied to, if any."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please enter your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Please enter your email address.")},
    )
    website = WebsiteField()
    body = BodyField()

    def __init__(
        self, data: Any = None, *, parent: Comment | None = None, names_required: bool = True
    ) -> None:
        super().__init__(data, auto_id="comment-form-%s", use_required_attribute=True)
        self.parent_comment = parent
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
    """A moderator's edit of a comment."""

    name = NameField(label=gettext_lazy("Name"), max_length=100, required=False)
    body = BodyField()
    website = WebsiteField()

    class Meta:
        model = Comment
        fields = ["name", "website", "body"]


class AnswerForm(forms.Form):
    """A moderator's reply, from the queue."""

    body = BodyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "answer_%s"  # the same page has an `EditForm`


def submitted_comment(data: QueryDict) -> list[tuple[str, str, str]]:
    """Return name, label and text of a submitted comment, for `_submitted_text.html`."""
    body = data.get("body", "")
    return [("body", str(CommentForm.base_fields["body"].label), body)] if body else []
