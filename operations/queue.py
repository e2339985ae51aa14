"""Run the tasks of the queue, and read its state. The queue is in Redis or in the database."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

ABANDONED_AFTER = timedelta(minutes=10)  # no task of ours runs longer, so its worker was killed


class QueueState(NamedTuple):
    """How many tasks wait and have failed; `oldest` is None if the queue does not store that."""

    waiting: int
    failed: int  # in the last day
    oldest: datetime | None


def run_queued() -> None:
    """Run every queued task that is ready, one after another."""
    if settings.REDIS_URL:
        run_from_redis()
    elif DBTaskResult.objects.ready().exists():  # unlike the worker, this needs no write lock
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
    """Run every task in Redis that is ready."""
    import django_rq
    from django_tasks_rq import Job
    from rq import SimpleWorker

    class QuietWorker(SimpleWorker):
        def _install_signal_handlers(self) -> None:
            """Leave signals to the worker command; RQ has no public option for this."""

    queue = django_rq.get_queue("default")
    remove_unknown_tasks(queue)
    if queue.count or queue.scheduled_job_registry.get_jobs_to_enqueue():
        worker = QuietWorker([queue], connection=queue.connection, job_class=Job)
        worker.work(
            burst=True, with_scheduler=True
        )  # the scheduler enqueues the tasks that are due


def remove_unknown_tasks(queue: Any) -> None:
    """Delete tasks that an older version of the site queued and this one does not have."""
    for job in queue.get_jobs(0, 100):
        try:
            import_string(job.func_name)
        except ImportError:
            job.delete()


def retry_abandoned() -> None:
    """Make tasks of a killed worker ready again, which the library does not do itself."""
    now = timezone.now()
    # If a task started in the future, the clock has been set back since then.
    abandoned = Q(started_at__lt=now - ABANDONED_AFTER) | Q(started_at__gt=now + ABANDONED_AFTER)
    DBTaskResult.objects.running().filter(abandoned).update(status="READY")


def queue_state() -> QueueState | None:
    """Return the state of the queue; None if Redis does not answer."""
    if not settings.REDIS_URL:
        ready = DBTaskResult.objects.ready()
        state = ready.aggregate(waiting=Count("pk"), oldest=Min("enqueued_at"))
        return QueueState(failed=DBTaskResult.objects.failed().count(), **state)
    import django_rq
    from redis.exceptions import RedisError

    try:
        queue = django_rq.get_queue("default")
        return QueueState(queue.count, queue.failed_job_registry.count, None)
    except RedisError:
        return None
