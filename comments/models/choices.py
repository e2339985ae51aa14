"""The values of a comment's status, of a spam check's result, of an act and of a report."""

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


class Kind(models.TextChoices):
    """What kind of act an event records."""

    SUBMIT = "submit", _("submitted")
    AUTOMATIC = "automatic", _("sorted automatically")
    APPROVE = "approve", _("approved")
    SPAM = "spam", _("marked as spam")
    TRASH = "trash", _("moved to Trash")
    HOLD = "hold", _("moved to Pending")
    RESTORE = "restore", _("restored")
    UNDO = "undo", _("undone")
    EDIT = "edit", _("edited")
    LOCK = "lock", _("thread locked")
    UNLOCK = "unlock", _("thread unlocked")
    PIN = "pin", _("pinned")
    UNPIN = "unpin", _("unpinned")
    MOVE = "move", _("thread moved")
    CLOSE = "close", _("conversation closed")
    OPEN = "open", _("conversation opened")
    DISMISS = "dismiss", _("reports dismissed")


class ReportReason(models.TextChoices):
    """Why a reader reports a comment."""

    SPAM = "spam", _("Spam or advertising")
    ABUSE = "abuse", _("Insulting or hateful")
    SPOILER = "spoiler", _("An unmarked spoiler")
    OTHER = "other", _("Something else")
