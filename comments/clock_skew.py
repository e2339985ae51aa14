"""Recovery after the clock was set back.

Times that were stored while the clock was ahead could lie years in the future. Those that are
further ahead than any legal pause are set to now. Shorter jumps need nothing: the rows are due when
the jump is over.
"""

from datetime import timedelta

from django.utils import timezone

from blog.images import renditions
from blog.models import Picture
from comments import notifications
from comments.models import Comment, ModeratorMail, SpamServiceState, Status
from comments.screening import akismet, circuit_breaker, reports
from core.scheduler import CLOCK_TOLERANCE

LONGEST_RECHECK = 2 * timedelta(seconds=akismet.MAX_RECHECK_SECONDS)  # as the worker stores it


def reset_future_times() -> None:
    """Make everything due whose time lies too far ahead."""
    now = timezone.now()
    ahead = now + CLOCK_TOLERANCE
    checking = Comment.objects.filter(status=Status.CHECKING)
    first_checks = checking.filter(needs_recheck=False)
    first_checks.filter(next_check_at__gt=ahead + circuit_breaker.LONGEST_PAUSE).update(
        next_check_at=now
    )
    rechecks = checking.filter(needs_recheck=True)
    rechecks.filter(next_check_at__gt=ahead + LONGEST_RECHECK).update(next_check_at=now)
    unreported = Comment.objects.filter(reports.NEEDS_REPORT)
    unreported.filter(next_check_at__gt=ahead + reports.RETRY_AFTER).update(next_check_at=None)
    unreported.filter(decided_at__gt=ahead).update(decided_at=now)
    state = SpamServiceState.objects.all()
    state.filter(next_probe_at__gt=ahead + circuit_breaker.LONGEST_PAUSE).update(next_probe_at=now)
    state.filter(last_answer_at__gt=ahead).update(last_answer_at=None)
    state.filter(opened_at__gt=ahead).update(opened_at=None)
    told = ModeratorMail.objects.all()
    told.filter(retry_at__gt=ahead + notifications.RETRY_AFTER).update(retry_at=None)
    told.filter(last_sent_at__gt=ahead).update(last_sent_at=None)
    told.filter(told_until__gt=ahead).update(told_until=now)
    pictures = Picture.objects.filter(renditions_due_at__gt=ahead + renditions.MAX_BACKOFF)
    pictures.update(renditions_due_at=now)
