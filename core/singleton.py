"""Settings that the owner edits in the admin: a model with one row."""

from typing import Self

from django.db import models
from django.db.models import Q


class SingletonModel(models.Model):
    """Base of `blog.SiteSettings` and `comments.CommentSettings`."""

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="%(class)s_is_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: object, **kwargs: object) -> None:
        """Save the one row."""
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @classmethod
    def load(cls) -> Self:
        """Return the settings; the defaults if nobody has saved any yet."""
        return cls._default_manager.filter(pk=1).first() or cls(pk=1)
