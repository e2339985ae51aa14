"""Jobs of the site as a whole, and what the queue needs of the worker."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Min, Q
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts import rate_limits

ABANDONED = timedelta(minutes=10)  # no job of ours takes longer: its worker was killed


def run_queued() -> None:
    """Runs every queued job that is ready, one after another."""
    if settings.REDIS_URL:
        run_from_redis()
    elif DBTaskResult.objects.ready().exists():  # a look without the write lock
        Worker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="worker",
            excluded_queue_names=[],
        ).run()


def run_from_redis() -> None:
    """The same where Redis holds the queue."""
    import django_rq
    from django_tasks_rq import Job
    from rq import SimpleWorker

    class Quiet(SimpleWorker):
        def _install_signal_handlers(self) -> None:
            """Signals are the worker command's."""

    queue = django_rq.get_queue("default")
    if queue.count or queue.scheduled_job_registry.get_jobs_to_enqueue():
        quiet = Quiet([queue], connection=queue.connection, job_class=Job)
        quiet.work(burst=True, with_scheduler=True)  # which queues what is due by now


def retry_abandoned() -> None:
    """Queues again what a killed worker left in the middle; the queue itself never would."""
    now = timezone.now()
    # Or it started in the future: the clock was set back since.
    left = Q(started_at__lt=now - ABANDONED) | Q(started_at__gt=now + ABANDONED)
    DBTaskResult.objects.running().filter(left).update(status="READY")


def clean_up() -> None:
    """Deletes what is over: sessions, guesses at logins, and jobs that ended a day ago."""
    call_command("clearsessions")
    rate_limits.purge()
    ended = timezone.now() - timedelta(days=1)
    DBTaskResult.objects.finished().filter(finished_at__lt=ended).delete()


def queue_state() -> dict[str, Any] | None:
    """How many jobs are `waiting`, since when the `oldest` does (None where nobody knows), and how
    many `failed` in the last day; None if the queue does not answer."""
    if not settings.REDIS_URL:
        ready = DBTaskResult.objects.ready()
        found = ready.aggregate(waiting=Count("pk"), oldest=Min("enqueued_at"))
        return {**found, "failed": DBTaskResult.objects.failed().count()}
    import django_rq
    from redis.exceptions import RedisError

    try:
        queue = django_rq.get_queue("default")
        failed = queue.failed_job_registry.count
        return {"waiting": queue.count, "oldest": None, "failed": failed}
    except RedisError:
        return None


def queue_answers() -> bool:
    """Whether jobs can be queued now; DatabaseError if the database holds them and is away."""
    if not settings.REDIS_URL:
        return DBTaskResult.objects.ready().exists() in (True, False)
    import django_rq
    from redis.exceptions import RedisError

    try:
        return bool(django_rq.get_connection("default").ping())
    except RedisError:
        return False
