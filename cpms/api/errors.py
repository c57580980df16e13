"""Errors as RFC 9457 problem details, naming the field.

400: cannot be read (JSON, cursor, query parameters). 422: read, but the content cannot be used. 404: not there,
or not yours, also for an id inside a body. 409: the state does not allow it.
"""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from psycopg.errors import LockNotAvailable, UniqueViolation
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from .parsers import TooLarge

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
NOT_THERE = "does_not_exist"


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


class Failed(exceptions.APIException):
    """500: a defect of ours. The log has the details, the caller gets none."""

    default_code = "internal"
    default_detail = "something went wrong here; the request was not carried out"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Turn any error into `{"type", "title", "status", "detail", "errors": [{"field", "message"}]}`."""
    known = _known(error, context)
    response = exception_handler(known, context)
    if response is None:
        logger.error("unhandled error in %s", type(context.get("view")).__name__, exc_info=error)
        known = Failed()
        response = exception_handler(known, context)
    assert response is not None
    response.data = _problem(known, response.status_code, known.detail)  # type: ignore[attr-defined]
    response.content_type = CONTENT_TYPE
    return response


def _known(error: Exception, context: dict[str, Any]) -> Exception:
    if isinstance(error, ModelError):
        error = Unprocessable(as_serializer_error(error))
    if isinstance(error, exceptions.ValidationError):
        return _validation(error, context)
    if isinstance(error, OperationalError | InterfaceError):
        return Conflict("somebody else is changing this; try again") if _is_lock(error) else Unavailable()
    if isinstance(error, DataError):
        return _validation(exceptions.ValidationError("a value is out of range"), context)
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, UniqueViolation):
        return Conflict("somebody else has just made the same")
    return _of_django(error)


def _of_django(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    return (
        exceptions.ParseError("the request cannot be read")
        if isinstance(error, SuspiciousOperation)
        else error
    )


def _is_lock(error: Exception) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)


def _validation(error: exceptions.ValidationError, context: dict[str, Any]) -> exceptions.ValidationError:
    """Query parameters stay 400, content is 422, ids that lead nowhere are 404."""
    request = context.get("request")
    if request is not None and request.method not in {"GET", "HEAD", "OPTIONS"}:
        error.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    if set(_codes(error.get_codes())) == {NOT_THERE}:
        error.status_code = status.HTTP_404_NOT_FOUND
    return error


def _codes(codes: Any) -> Iterator[str]:
    if isinstance(codes, dict):
        codes = list(codes.values())
    if isinstance(codes, list):
        for code in codes:
            yield from _codes(code)
    else:
        yield codes


def _problem(error: Exception, code: int, detail: Any) -> dict[str, Any]:
    fields = list(_fields(detail, "")) if isinstance(detail, dict | list) else []
    kind = getattr(error, "default_code", "error")
    title = _title(error, code)
    text = (
        str(detail)
        if not fields
        else "; ".join(f"{f['field'] or 'body'}: {f['message']}" for f in fields[:5])
    )
    problem = {"type": f"urn:cpms:problem:{kind}", "title": title, "status": code, "detail": text}
    return problem | ({"errors": fields} if fields else {})


def _title(error: Exception, code: int) -> str:
    """The same for every error of a kind: some of REST framework's texts have places for the occasion."""
    text = str(getattr(error, "default_detail", "error"))
    return HTTPStatus(code).phrase if "{" in text else text


def _fields(detail: Any, path: str) -> Iterator[dict[str, str]]:
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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`: a problem under `/api/`, the plain page elsewhere."""
    if _is_api(request):
        return _plain(exceptions.ParseError("the request cannot be read"))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: a problem under `/api/`, the plain page elsewhere. Never a detail."""
    return _plain(Failed()) if _is_api(request) else defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _plain(error: exceptions.APIException) -> HttpResponse:
    problem = _problem(error, error.status_code, error.detail)
    return JsonResponse(problem, status=error.status_code, content_type=CONTENT_TYPE)
