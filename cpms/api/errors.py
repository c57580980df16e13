"""Errors as RFC 9457 problem details, naming the field."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"


class Conflict(exceptions.APIException):
    """409: the request is fine, the state of the thing is not."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = "the state does not allow this"


class Unprocessable(exceptions.ValidationError):
    """422: well-formed, but the content cannot be used; the detail names the place."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class Unavailable(exceptions.APIException):
    """503: the database is away; nothing was done."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "the database is not available; nothing was changed"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any handled error into `{"type", "title", "status", "detail", "errors": [{"field", "message"}]}`."""
    error = _known(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = error.detail if isinstance(error, exceptions.APIException) else response.data
    response.data = _problem(error, response.status_code, detail)
    response.content_type = CONTENT_TYPE
    return response


def _known(error: Exception) -> Exception:
    if isinstance(error, ModelError):
        return exceptions.ValidationError(exceptions.as_serializer_error(error))  # type: ignore[attr-defined]
    if isinstance(error, OperationalError):
        return Unavailable()
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error


def _problem(error: Exception, code: int, detail: Any) -> dict[str, Any]:
    fields = list(_fields(detail, "")) if isinstance(detail, dict | list) else []
    kind = getattr(error, "default_code", "error")
    title = str(getattr(error, "default_detail", "error"))
    text = str(detail) if not fields else "; ".join(f"{f['field'] or 'body'}: {f['message']}" for f in fields[:5])
    problem = {"type": f"about:blank#{kind}", "title": title, "status": code, "detail": text}
    return problem | ({"errors": fields} if fields else {})


def _fields(detail: Any, path: str) -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key == api_settings.NON_FIELD_ERRORS_KEY else str(key)
            yield from _fields(value, ".".join(p for p in (path, name) if p))
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _fields(value, f"{path}[{place}]" if nested else path)
    else:
        yield {"field": path, "message": str(detail)}
