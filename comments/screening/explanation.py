"""The rules in words: what happens to a new comment, step by step."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import Comment, CommentSettings, Rule, RuleAction
from comments.screening import akismet
from comments.screening.rules import judge, strictest_first

NAMED = 10  # rules that a sentence names; the list below it has all


def explain(settings: CommentSettings, rules: Iterable[Rule]) -> list[str]:
    """Return sentences about a reader's new comment, in the order of what happens to it."""
    return [
        *refusals(settings),
        _("Comments by logged-in authors and moderators are published at once, without any check."),
        *(sentence_about(action, having) for action, having in strictest_first(rules)),
        *links_sentence(settings),
        akismet_sentence(settings),
        _("Every comment that is left waits for a moderator. Nothing is published before that."),
    ]


def refusals(settings: CommentSettings) -> list[str]:
    """Return sentences about what is not taken at all."""
    sentences = []
    if settings.close_after_days:
        sentence = ngettext(
            "Comments close %(n)d day after a post was published.",
            "Comments close %(n)d days after a post was published.",
            settings.close_after_days,
        )
        sentences.append(sentence % {"n": settings.close_after_days})
    if settings.require_name_email:
        sentences.append(_("A comment without a name or an email address isn't accepted."))
    if settings.flood_seconds:
        sentence = ngettext(
            "One person can comment once in %(n)d second.",
            "One person can comment once in %(n)d seconds.",
            settings.flood_seconds,
        )
        sentences.append(sentence % {"n": settings.flood_seconds})
    return sentences


def sentence_about(action: RuleAction, rules: list[Rule]) -> str:
    """Return what becomes of comments that meet one of these rules."""
    sentence = {
        RuleAction.TRASH: _("It goes to Trash, unseen by Akismet, if a rule matches: %(rules)s."),
        RuleAction.SPAM: _("It goes to Spam, unseen by Akismet, if a rule matches: %(rules)s."),
        RuleAction.HOLD: _(
            "It is held and marked for the moderators if a rule matches: %(rules)s."
        ),
    }[action]
    return sentence % {"rules": list_rules(rules)}


def list_rules(rules: list[Rule]) -> str:
    """Return the names of the first rules, and how many more there are."""
    names = ", ".join(str(rule) for rule in rules[:NAMED])
    more = len(rules) - NAMED
    if more <= 0:
        return names
    return ngettext("%(rules)s and %(n)d more", "%(rules)s and %(n)d more", more) % {
        "rules": names,
        "n": more,
    }


def links_sentence(settings: CommentSettings) -> list[str]:
    """Return a sentence about links, if their number matters."""
    if not settings.hold_links:
        return []
    sentence = ngettext(
        "It is held and marked for the moderators if it has %(n)d link or more.",
        "It is held and marked for the moderators if it has %(n)d links or more.",
        settings.hold_links,
    )
    return [sentence % {"n": settings.hold_links}]


def akismet_sentence(settings: CommentSettings) -> str:
    """Return what Akismet's answer does."""
    if not akismet.is_configured():
        return _("Akismet isn't asked, because there is no key.")
    return _("Akismet checks it: spam goes to Spam, blatant spam to %(place)s.") % {
        "place": settings.get_blatant_spam_to_display()
    }


def explain_sample(comment: Comment, settings: CommentSettings) -> str:
    """Return what would happen to a comment; nothing is stored, and nobody is asked."""
    verdict = judge(comment, settings)
    if verdict is None:
        if akismet.is_configured():
            return _("No rule matches. Akismet would check it; then it would wait or go to Spam.")
        return _("No rule matches. It would wait for a moderator.")
    if verdict.rule is None:
        return _("It would be held for the number of its links.")
    sentence = {
        RuleAction.HOLD: _("It would be held by the rule %(rule)s."),
        RuleAction.SPAM: _("It would go to Spam by the rule %(rule)s."),
        RuleAction.TRASH: _("It would go to Trash by the rule %(rule)s."),
    }[verdict.action]
    return sentence % {"rule": verdict.rule}
