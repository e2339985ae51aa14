"""The forms of the owner's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from comments.forms import render_body
from comments.models import BODY_LIMIT, PATTERN_LIMIT, Comment, Rule, RuleAction, RuleField
from comments.screening.rules import parse_network
from core.form_fields import LineField, MultilineField


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
