"""The values of a comment's status and of a spam check's result."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a comment stands."""

    CHECKING = "checking", _("checking")
    PENDING = "pending", _("pending")
    APPROVED = "approved", _("approved")
    SPAM = "spam", _("spam")
    TRASH = "trash", _("trash")


class Result(models.TextChoices):
    """The result of the spam check. A check that failed has no result."""

    NONE = "", _("not checked")
    HAM = "ham", _("not spam")
    SPAM = "spam", _("spam")
    BLATANT = "blatant", _("blatant spam")
