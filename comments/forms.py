"""The forms of comments. They check shapes and lengths, and use no network."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import URLValidator
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

import markup
from blog.models import Post
from comments import display_names
from comments.models import (
    BODY_LIMIT,
    PATTERN_LIMIT,
    Comment,
    Event,
    Frequency,
    Kind,
    ModeratorMail,
    ReportReason,
    Rule,
    RuleAction,
    RuleField,
)
from comments.models.note import NOTE_LIMIT
from comments.models.report import WORDS_LIMIT
from comments.screening.rules import parse_network
from core.form_fields import LineField, MultilineField, UncutMixin

# The acts that the list of acts can be filtered by.
KINDS_OF_PEOPLE = [choice for choice in Kind.choices if choice[0] != Kind.AUTOMATIC]


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


class RulesForm(forms.Form):
    """New rules, one a line; `rules` holds them unsaved, each once."""

    MAX_RULES = 2_000  # in one form
    MAX_ERRORS = 10  # that are named; a list in the wrong field would have hundreds
    KEY_LIMIT = 300  # characters: a few letters unfold into many

    patterns = MultilineField(
        label=gettext_lazy("Words and addresses"),
        help_text=gettext_lazy(
            "One per line, as many as you like. Whole words match, in any case and with or without "
            "accents; * stands for any letters: casino* also finds casinos. Write IP addresses as "
            "192.0.2.7 or, for a network, 192.0.2.0/24."
        ),
        max_length=200_000,
        widget=forms.Textarea({"rows": 6, "dir": "auto", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please enter at least one word or address.")},
    )
    field = forms.ChoiceField(label=gettext_lazy("Look in"), choices=RuleField.choices)
    action = forms.ChoiceField(label=gettext_lazy("Then"), choices=RuleAction.choices)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="rules-%s", **kwargs)
        self.rules: list[Rule] = []

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or {}
        if not self.errors:
            lines = [" ".join(line.split()) for line in values["patterns"].split("\n")]
            rules = [new_rule(line, values["field"], values["action"]) for line in lines if line]
            self.rules = list({(rule.key, rule.field): rule for rule in rules}.values())
            for error in self.problems():
                self.add_error("patterns", error)
        return values

    def problems(self) -> list[Any]:
        """Return the sentences about what is wrong with the rules."""
        if len(self.rules) > self.MAX_RULES:
            sentence = ngettext_lazy(
                "Please enter at most %(n)d rule at a time.",
                "Please enter at most %(n)d rules at a time.",
                self.MAX_RULES,
            )
            return [sentence % {"n": self.MAX_RULES}]
        found = (self.problem(rule) for rule in self.rules)
        return [sentence for sentence in found if sentence][: self.MAX_ERRORS]

    def problem(self, rule: Rule) -> str:
        """Return what is wrong with a rule, or ""."""
        pattern = {"pattern": rule.pattern[:PATTERN_LIMIT]}
        if len(rule.pattern) > PATTERN_LIMIT or len(rule.key) > self.KEY_LIMIT:
            return _("“%(pattern)s” is too long.") % pattern
        if not all(part.strip("*") for part in rule.key.split()) or not rule.key:
            return _("“%(pattern)s”: * needs a letter next to it.") % pattern
        if rule.field == RuleField.ADDRESS and not parse_network(rule.pattern):
            return (
                _("“%(pattern)s” isn't an IP address. Write 192.0.2.7, or 192.0.2.0/24.") % pattern
            )
        return ""


def new_rule(pattern: str, field: str, action: str) -> Rule:
    """Return an unsaved rule. An IP address anywhere is that of the sender."""
    if field == RuleField.ANY and parse_network(pattern):
        field = RuleField.ADDRESS
    rule = Rule(pattern=pattern, field=field, action=action)
    rule.update_key()
    return rule


class SampleCommentForm(forms.Form):
    """A comment to try the rules with; nothing about it is checked or stored."""

    name = LineField(label=gettext_lazy("Name"), max_length=100, required=False)
    email = LineField(label=gettext_lazy("Email"), max_length=254, required=False)
    website = LineField(label=gettext_lazy("Website"), max_length=200, required=False)
    address = forms.GenericIPAddressField(label=gettext_lazy("IP address"), required=False)
    body = MultilineField(
        label=gettext_lazy("Comment"),
        max_length=BODY_LIMIT,
        required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="sample-%s")

    def comment(self) -> Comment:
        """Return the unsaved comment of a valid form, ready to be judged."""
        values = {**self.cleaned_data, "address": self.cleaned_data["address"] or None}
        comment = Comment(**values, body_html=render_body(values["body"]).html)
        comment.update_search_text()
        return comment


class NoteForm(forms.Form):
    """A moderator's note about a person."""

    note = MultilineField(
        label=gettext_lazy("Note"),
        max_length=NOTE_LIMIT,
        help_text=gettext_lazy(
            "Only moderators see it, on the page of each of this person's comments."
        ),
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Please write a note.")},
    )


class ModeratorMailForm(forms.ModelForm):
    """How often a moderator gets mail."""

    class Meta:
        model = ModeratorMail
        fields = ["frequency"]
        widgets = {"frequency": forms.RadioSelect(choices=Frequency.choices)}


class MoveForm(forms.Form):
    """Where to move a thread: another published post, by its address."""

    post = LineField(
        label=gettext_lazy("Address of the other post"),
        max_length=2_000,
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please paste the address of a post.")},
    )

    def clean_post(self) -> Post:
        """Return the post; its slug alone is enough."""
        try:
            path = unquote(urlsplit(self.cleaned_data["post"]).path)
        except ValueError:  # "https://["
            path = ""
        slug = path.replace("\0", "").rstrip("/").rpartition("/")[2]
        post = Post.objects.published().filter(slug=slug).first()
        if post is None:
            raise forms.ValidationError(_("No published post has this address."))
        return post


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


class ActsForm(forms.Form):
    """The filters of the list of acts."""

    by = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everybody"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Act"),
        choices=[("", gettext_lazy("All")), *KINDS_OF_PEOPLE],
        required=False,
    )
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        people = User.objects.filter(Exists(Event.objects.filter(by=OuterRef("pk"))))
        by: Any = self.fields["by"]
        by.queryset = people.order_by("username")
        by.label_from_instance = lambda user: user.get_full_name() or user.get_username()

    def filters(self) -> dict[str, Any]:
        """Return the conditions of events; a field with an error is left out."""
        values = getattr(self, "cleaned_data", {})
        found = {"by": values.get("by"), "kind": values.get("kind")}
        if since := values.get("since"):
            found["at__gte"] = start_of(since)
        if until := values.get("until"):
            found["at__lt"] = start_of(until + timedelta(days=1))
        return {name: value for name, value in found.items() if value}


def start_of(day: date) -> datetime:
    """Return when a day begins, in the site's time zone (aware)."""
    return timezone.make_aware(datetime.combine(day, time.min))
