"""Model fields for names in any script."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text import sort_key
from markup.slugs import is_slug_char

SORT_KEY_BYTES = 300


def validate_slug(slug: str) -> None:
    """Raise ValidationError unless a slug has only letters, marks, digits, hyphens, underscores."""
    if not all(char in "-_" or is_slug_char(char) for char in slug):
        raise ValidationError(
            _("Use only letters, digits, hyphens and underscores."), code="invalid"
        )


class SlugField(models.SlugField):
    """A slug in any script: Django's validators refuse the vowels of Hindi and Thai."""

    default_validators = [validate_slug]

    def formfield(self, **kwargs: Any) -> Any:
        return models.CharField.formfield(self, **kwargs)


class SortKeyField(models.BinaryField):
    """What names are ordered and compared by; databases compare bytes alike, but not letters."""

    def __init__(self, of: str = "", **kwargs: Any) -> None:
        self.of = of  # the name of the field that it is made of
        super().__init__(**{**kwargs, "editable": False, "null": True})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        key = sort_key_of(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key


def sort_key_of(text: str) -> bytes:
    """Return the value of a SortKeyField for a name."""
    return sort_key(text).encode()[:SORT_KEY_BYTES]
