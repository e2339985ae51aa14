"""The clock was set back: times that lie further ahead than any pause are brought back to now.

Without it whatever was noted while the clock was wrong would wait until that time comes, if it
takes years. A shorter jump needs nothing: what waits is due when the jump is over.
"""

from datetime import timedelta

from django.utils import timezone

from blog.images import renditions
from blog.models import Picture
from comments import notifications
from comments.models import Comment, SpamService, Status
from comments.screening import akismet, circuit_breaker, worker
from core.models import PeriodicJob
from core.scheduler import CLOCK_TOLERANCE

LONGEST_RECHECK = 2 * timedelta(seconds=akismet.LONGEST_RECHECK)  # as `tasks.settle` notes it


def bring_back() -> None:
    """What the worker does by the clock is due again, and Akismet's breaker knows where it is."""
    now = timezone.now()
    ahead = now + CLOCK_TOLERANCE
    checking = Comment.objects.filter(status=Status.CHECKING)
    for recheck, longest in ((False, circuit_breaker.LONGEST_PAUSE), (True, LONGEST_RECHECK)):
        late = checking.filter(recheck=recheck, next_check_at__gt=ahead + longest)
        late.update(next_check_at=now)
    untold = Comment.objects.filter(worker.UNTOLD)
    untold.filter(next_check_at__gt=ahead + worker.REPORT_AGAIN_AFTER).update(next_check_at=None)
    untold.filter(decided_at__gt=ahead).update(decided_at=now)
    service = SpamService.objects.all()
    service.filter(next_probe_at__gt=ahead + circuit_breaker.LONGEST_PAUSE).update(
        next_probe_at=now
    )
    service.filter(last_answer_at__gt=ahead).update(last_answer_at=None)
    service.filter(opened_at__gt=ahead).update(opened_at=None)
    told = PeriodicJob.objects.filter(name=notifications.JOB)
    told.filter(next_run_at__gt=ahead + notifications.INTERVAL).update(next_run_at=now)
    pictures = Picture.objects.filter(renditions_due_at__gt=ahead + renditions.LONGEST_PAUSE)
    pictures.update(renditions_due_at=now)
