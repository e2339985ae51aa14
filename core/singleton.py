"""A record of settings: one row, edited in the admin, there from the first read."""

from functools import cache
from typing import Self

from django.db import models
from django.db.models import Q

from blog.questions import Question


class SettingsRecord(models.Model):
    """Base of `SiteSettings` and `comments.CommentSettings`."""

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="%(class)s_is_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @classmethod
    def load(cls) -> Self:
        """The settings; the defaults where nobody has saved any yet."""
        found = row_of(cls)()
        return found[0] if found else cls(pk=1)


@cache
def row_of(record: type[SettingsRecord]) -> Question:
    """The question for the one row of a record, which every page asks."""
    return Question(lambda: record._default_manager.filter(pk=1))
