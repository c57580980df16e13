"""`Idempotency-Key`: a write repeated with the same key is done once and answered alike.

The key's row is written in the transaction of the act itself, so there is no moment in which one exists
without the other. Errors are not remembered: the same key may be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.core import clock, secrets

from .auth import viewer_of
from .errors import Unprocessable
from .models import IdempotentAnswer

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
MAX_LENGTH = 255
_SWEEP = 100


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Do `act` in a transaction, or give the answer of the first time, marked `Idempotency-Replayed: true`.

    Keys are the caller's own and live a day. Raises Unprocessable when the key was used for another request.
    """
    key = _key(request)
    with transaction.atomic():
        if key is None:
            return act()
        _forget(key, request)
        answer, is_new = _claim(request, key)
        if not is_new:
            return _replay(answer, _digest(request))
        response = act()
        _remember(answer, response)
        return response


def _key(request: Request) -> str | None:
    key: str | None = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= MAX_LENGTH and key.isprintable()):
        raise ParseError(f"{HEADER} must be 1 to {MAX_LENGTH} printable characters")
    return key


def _claim(request: Request, key: str) -> tuple[IdempotentAnswer, bool]:
    return IdempotentAnswer.objects.get_or_create(
        owner=_owner(request),
        key=key,
        defaults={"request_digest": _digest(request), "created_at": clock.now()},
    )


def _owner(request: Request) -> str:
    actor = viewer_of(request).actor
    return f"user:{actor.user_id}" if actor.user_id else f"key:{request.auth.public_id}"  # type: ignore[union-attr]


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{body}".encode()).hexdigest()


def _replay(answer: IdempotentAnswer, digest: str) -> Response:
    if answer.request_digest != digest:
        raise Unprocessable({HEADER: ["was used for another request"]})
    headers = {"Idempotency-Replayed": "true"} | ({"Location": answer.location} if answer.location else {})
    return Response(json.loads(secrets.unseal(answer.sealed_body)), status=answer.status, headers=headers)


def _remember(answer: IdempotentAnswer, response: Response) -> None:
    answer.status = response.status_code
    answer.location = response.headers.get("Location", "")
    answer.sealed_body = secrets.seal(JSONRenderer().render(response.data).decode())
    answer.save(update_fields=["status", "location", "sealed_body"])


def _forget(key: str, request: Request) -> None:
    """Forget the answer to this key, and some others, if they are over a day old."""
    old = IdempotentAnswer.objects.filter(created_at__lt=clock.now() - KEPT_FOR)
    old.filter(owner=_owner(request), key=key).delete()
    unlocked = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
    IdempotentAnswer.objects.filter(pk__in=list(unlocked[:_SWEEP])).delete()
