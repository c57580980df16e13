"""`Prefer: wait=25` (RFC 7240 §4.3): the caller would rather wait for the result than ask again."""

import re

from rest_framework.request import Request

MAX_WAIT_S = 60
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)


def preferred_wait_s(request: Request) -> int:
    """How many seconds the caller is willing to wait, at most 60; 0 when it does not say or says it unreadably.

    A preference that is not understood is ignored (RFC 7240 §2).
    """
    match = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(match[1]), MAX_WAIT_S) if match else 0
