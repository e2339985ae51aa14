"""The owner's rules: what they do, in words; adding, trying and deleting them."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from blog.models import SiteSettings
from comments.forms import is_id
from comments.models import CommentSettings, Rule, RuleAction, RuleField
from comments.rule_forms import RulesForm, SampleCommentForm
from comments.screening.explanation import explain, explain_sample
from comments.screening.rule_trial import Trial, try_on_past
from core.submitted_text import login_required_for_form

log = logging.getLogger(__name__)


def for_owners(view: Any) -> Any:
    """Require a login and the permission to change the settings; never cache the page."""
    permitted = permission_required("comments.change_commentsettings", raise_exception=True)(view)
    return never_cache(login_required_for_form(lambda: reverse("rules"))(permitted))


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules; by POST, try new ones on the past, and save them once that was seen."""
    if request.method != "POST":
        return render_rules(request)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return render_rules(request, 400, form=form)
    step = request.POST.get("step")
    if step == "change":
        return render_rules(request, form=form)
    if step != "save":
        return render_trial(request, form)
    Rule.objects.add_or_replace(form.rules)
    number = len(form.rules)
    log.info("rules saved", extra={"count": number, "user": request.user.pk})
    saved = ngettext("%(n)d rule saved.", "%(n)d rules saved.", number)
    messages.success(request, saved % {"n": number})
    return redirect("rules")


def render_rules(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    """Return the page of the rules; a refused form is shown with its errors."""
    settings = CommentSettings.load()
    every = list(Rule.objects.annotate(number=Count("comments")))
    context = {
        "steps": explain(settings, every),
        "rules": every,
        "form": RulesForm(),
        "sample_form": SampleCommentForm(),
        **context,
    }
    return render(request, "comments/rules.html", context, status=status)


def render_trial(request: HttpRequest, form: RulesForm) -> HttpResponse:
    """Return what new rules would have done in the last year."""
    trial = try_on_past(form.rules)
    by_address = any(rule.field == RuleField.ADDRESS for rule in form.rules)
    context = {
        "form": form,
        "trial": trial,
        "sentence": trial_sentence(trial, RuleAction(form.cleaned_data["action"])),
        "address_days": SiteSettings.load().keep_address_days if by_address else None,
    }
    return render(request, "comments/rule_trial.html", context)


def trial_sentence(trial: Trial, action: RuleAction) -> str:
    """Return the result of a trial in one sentence."""
    if not trial.number:
        none = ngettext(
            "In the last year, it would have stopped none of the %(n)d comment you approved.",
            "In the last year, it would have stopped none of the %(n)d comments you approved.",
            trial.tried,
        )
        return none % {"n": trial.tried}
    sentence = {
        RuleAction.HOLD: ngettext(
            "In the last year, it would have held %(n)d comment that you approved.",
            "In the last year, it would have held %(n)d comments that you approved.",
            trial.number,
        ),
        RuleAction.SPAM: ngettext(
            "In the last year, it would have moved %(n)d comment that you approved to Spam.",
            "In the last year, it would have moved %(n)d comments that you approved to Spam.",
            trial.number,
        ),
        RuleAction.TRASH: ngettext(
            "In the last year, it would have moved %(n)d comment that you approved to Trash.",
            "In the last year, it would have moved %(n)d comments that you approved to Trash.",
            trial.number,
        ),
    }[action]
    return sentence % {"n": trial.number}


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the selected rules. Comments stay where they are."""
    if request.method != "POST":
        return redirect("rules")
    ids = request.POST.getlist("rule")
    if not all(map(is_id, ids)):
        return render(request, "400.html", status=400)
    number = Rule.objects.filter(pk__in=map(int, ids)).remove() if ids else 0
    if number:
        log.info("rules deleted", extra={"count": number, "user": request.user.pk})
        deleted = ngettext("%(n)d rule deleted.", "%(n)d rules deleted.", number)
        messages.success(request, deleted % {"n": number})
    else:
        messages.warning(request, _("Select some rules first."))
    return redirect("rules")


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest) -> HttpResponse:
    """Say what would happen to a comment; nothing is stored and nothing is sent."""
    if request.method != "POST":
        return redirect("rules")
    form = SampleCommentForm(request.POST)
    if not form.is_valid():
        return render_rules(request, 400, sample_form=form)
    answer = explain_sample(form.comment(), CommentSettings.load())
    return render_rules(request, sample_form=form, answer=answer)
