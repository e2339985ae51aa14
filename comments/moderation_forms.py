"""The forms of moderators: notes, moving a thread, their mail, and the filters of the acts."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.models import Post
from comments.models import Event, Frequency, Kind, ModeratorMail
from comments.models.note import NOTE_LIMIT
from comments.queue import midnight
from core.form_fields import LineField, MultilineField

# The acts that the list of acts can be filtered by.
KINDS_OF_PEOPLE = [choice for choice in Kind.choices if choice[0] != Kind.AUTOMATIC]


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
            found["at__gte"] = midnight(since)
        if until := values.get("until"):
            found["at__lt"] = midnight(until + timedelta(days=1))
        return {name: value for name, value in found.items() if value}
