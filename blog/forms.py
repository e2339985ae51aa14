"""What authors type: refused in sentences, before anything is stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from blog import pictures
from blog.models import render_body


class PostForm(forms.ModelForm):
    """A post in the admin."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("published_at") and not values.get("spoiler_level"):
            self.add_error("spoiler_level", _("Please choose how much the post gives away."))
        return values

    def clean_body(self) -> str:
        return self.renderable("body")

    def clean_verdict(self) -> str:
        text = self.renderable("verdict")
        if render_body(text).has_spoilers:
            raise forms.ValidationError(
                _("The verdict is shown to everybody: please write it without spoilers.")
            )
        return text

    def clean_title(self) -> str:
        return self.without_spoilers("title")

    def clean_summary(self) -> str:
        return self.without_spoilers("summary")

    def clean_spoiler_note(self) -> str:
        return self.without_spoilers("spoiler_note")

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


class PictureForm(forms.ModelForm):
    """A picture in the admin."""

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        return pictures.clean(upload) if "file" in self.changed_data else upload
