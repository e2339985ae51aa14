"""The owner's rules: words and addresses that hold a comment, or send it to spam or trash."""

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import sort_key
from pagecache.version import invalidate_pages

PATTERN_LIMIT = 100  # characters


class RuleField(models.TextChoices):
    """Where a rule looks."""

    ANY = "any", gettext_lazy("anywhere")
    TEXT = "text", gettext_lazy("text")
    NAME = "name", gettext_lazy("name")
    EMAIL = "email", gettext_lazy("email")
    WEBSITE = "website", gettext_lazy("website")
    ADDRESS = "address", gettext_lazy("IP address")


class RuleAction(models.TextChoices):
    """What becomes of a comment that a rule matches; the mildest first."""

    HOLD = "hold", gettext_lazy("hold for a moderator")
    SPAM = "spam", gettext_lazy("move to Spam")
    TRASH = "trash", gettext_lazy("move to Trash")


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules. The privacy page says whether there are any, so changes invalidate cached pages."""

    @transaction.atomic
    def add_or_replace(self, rules: list["Rule"]) -> None:
        """Save new rules; one that has the same key and field as an older one replaces it."""
        self.bulk_create(
            rules,  # type: ignore[arg-type]  # the stubs do not know the model of a manager here
            update_conflicts=True,
            unique_fields=["key", "field"],
            update_fields=["pattern", "action"],
        )
        invalidate_pages()

    @transaction.atomic
    def remove(self) -> int:
        """Delete these rules and return their number; what they have held stays held."""
        _total, numbers = self.delete()
        invalidate_pages()
        return numbers.get(self.model._meta.label, 0)


class Rule(models.Model):
    """One pattern, where it is looked for, and what becomes of a comment that has it."""

    pattern = models.CharField(gettext_lazy("pattern"), max_length=PATTERN_LIMIT)
    # The pattern folded, with single spaces: what is compared, and what two rules must not share.
    key = models.TextField(editable=False)
    field = models.CharField(
        gettext_lazy("where"), max_length=10, choices=RuleField, default=RuleField.ANY
    )
    action = models.CharField(
        gettext_lazy("action"), max_length=10, choices=RuleAction, default=RuleAction.HOLD
    )
    created_at = models.DateTimeField(gettext_lazy("created"), default=timezone.now)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("rule")
        verbose_name_plural = gettext_lazy("rules")
        ordering = ["key", "field"]
        constraints = [
            models.UniqueConstraint(fields=["key", "field"], name="rule_is_unique"),
            models.CheckConstraint(condition=~Q(key=""), name="rule_has_key"),
            models.CheckConstraint(
                condition=Q(field__in=RuleField.values), name="rule_field_known"
            ),
            models.CheckConstraint(
                condition=Q(action__in=RuleAction.values), name="rule_action_known"
            ),
        ]

    def __str__(self) -> str:
        return _("“%(pattern)s” (%(where)s)") % {
            "pattern": self.pattern,
            "where": self.get_field_display(),
        }

    def update_key(self) -> None:
        """Set what is compared, after a change of the pattern."""
        self.key = sort_key(self.pattern)
