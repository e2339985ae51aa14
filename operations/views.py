"""What belongs to the site as a whole: telling whether it is well."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from operations import queue


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"web": "ok"})


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Database, queue and migrations are well too; 503 names what is not."""
    found = {"web": "ok", "database": "ok", "queue": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            found["migrations"] = "some are not applied"
        if not queue.queue_answers():
            found["queue"] = "does not answer"
    except DatabaseError:
        found["database"] = "does not answer"
    fine = set(found.values()) == {"ok"}
    return JsonResponse(found, status=200 if fine else 503)
