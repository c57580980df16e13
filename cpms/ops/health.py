"""Is the process alive, and is it ready for work?"""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers; Redis away is reported but does not take the process out of service."""
    state = {"database": _database(), "redis": _redis()}
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)


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
