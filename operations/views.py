"""Health checks for whoever hosts the site."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from operations.status.checks import registry


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer that this process is alive."""
    return JsonResponse({"web": "ok"})


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 if database, queue and migrations are ready, or 503 and name what is not."""
    answer = {"web": "ok", "database": "ok", "queue": "ok", "migrations": "ok"}
    try:
        for check in registry:
            if check.readiness:
                unready = [result.unready for result in check.run() if result.unready]
                answer[check.readiness] = " ".join(unready) or "ok"
    except DatabaseError:
        answer["database"] = "does not answer"
    is_ready = set(answer.values()) == {"ok"}
    return JsonResponse(answer, status=200 if is_ready else 503)
