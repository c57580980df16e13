"""The fake provider's own post: what waits there is sent to the webhook address of this installation."""

import urllib.error
import urllib.request

from django.conf import settings

from billing.providers import provider

from . import acts
from .provider import FakeProvider

_TIMEOUT_S = 5


def hooks_deliver() -> int:
    """Send what waits; how many were answered with 2xx. Nothing where there is no fake provider."""
    if not settings.FAKE_PAYMENTS:
        return 0
    its = provider("fake")
    assert isinstance(its, FakeProvider)
    return acts.hooks_send(its, acts.hooks_take(its.bank), _post)


def _post(body: bytes, headers: dict[str, str]) -> int:
    address = f"{settings.PUBLIC_URL}/payments/webhooks/fake"
    request = urllib.request.Request(address, body, headers | {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
