"""What readers are told of a choice. Django's own `get_…_display` would put all choices of the
field into a table at each call, and a list of posts asks for twenty."""

from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import get_language


def label_of(choice: TextChoices) -> str:
    """A choice in words, in the language of now."""
    return translated(choice, get_language())


@lru_cache
def translated(choice: TextChoices, _language: str | None) -> str:
    return str(choice.label)
