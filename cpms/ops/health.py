"""Is the process alive, and is it ready for work?"""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis

from cpms.core import condition


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and no part is in trouble; Redis away is only reported."""
    troubles = condition.troubles()
    state = {"database": _database(), "redis": _redis(), **troubles}
    return JsonResponse(state, status=200 if state["database"] == "ok" and not troubles else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping()
    except Exception as error:
        return type(error).__name__
    return "ok"
