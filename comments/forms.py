"""The comment form: shapes and lengths. It asks neither the database's rules nor the network."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy

import markup
from comments import display_names
from comments.models import BODY_LIMIT, Comment


def render_body(text: str) -> markup.Rendered:
    """Renders a comment's Markdown."""
    return markup.render_comment(text, site_url=settings.SITE_URL, language=settings.LANGUAGE_CODE)


def is_id(text: str) -> bool:
    """Whether what a form sent can be the id of a comment."""
    return text.isascii() and text.isdigit() and len(text) < 19


class BodyField(forms.CharField):
    """A comment's text: browsers send line ends as CR LF, which counts as one character.

    Once it is valid, `html` is what it becomes on the page: rendering costs most of a submission.
    """

    html = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Comment"),
            help_text=gettext_lazy("Markdown works; hide a spoiler between ||two bars||."),
            max_length=BODY_LIMIT,
            widget=forms.Textarea({"rows": 8}),
            error_messages={"required": gettext_lazy("Please write your comment here.")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(normalize_newlines(value or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > BODY_LIMIT:
            return  # the validator for the length says so
        rendered = render_body(value)
        if rendered.problems:
            raise forms.ValidationError(list(rendered.problems))
        self.html = rendered.html


class NameField(forms.CharField):
    """A name that stays where it is put; one of which nothing can be seen counts as left out."""

    def to_python(self, value: Any) -> Any:
        return display_names.tidy(super().to_python(value) or "")


class WebsiteField(forms.URLField):
    """A website's address, http or https; most people leave the scheme out."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Website"),
            max_length=200,
            required=False,
            assume_scheme="https",
            widget=forms.URLInput({"autocomplete": "url"}),
        )


class CommentForm(forms.Form):
    """What a reader fills in. `parent_comment` is set where it replies to one."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please give a name to appear under.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Please give an e-mail address.")},
    )
    website = WebsiteField()
    body = BodyField()

    def __init__(
        self,
        data: Any = None,
        *,
        parent: Comment | None = None,
        names_required: bool = True,
    ) -> None:
        super().__init__(data, auto_id="comment-form-%s", use_required_attribute=True)
        self.parent_comment = parent
        for field in ("name", "email"):
            self.fields[field].required = names_required
        for name in self.errors if data is not None else ():
            self.fields[name].widget.attrs["aria-invalid"] = "true"
        self.focus_on_first_error()

    def focus_on_first_error(self) -> None:
        """After a refusal the browser goes straight to the field that has to change."""
        wrong = next((name for name in self.fields if self.is_bound and name in self.errors), None)
        if wrong:
            self.fields[wrong].widget.attrs["autofocus"] = True

    def refuse(self, sentence: str) -> None:
        """Adds a refusal that is about no single field."""
        self.add_error(None, sentence)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()  # one person, however they write it


class EditForm(forms.ModelForm):
    """A moderator's correction of a comment."""

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
        self.auto_id = "answer_%s"  # it stands beside an `EditForm`
