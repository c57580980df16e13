"""How the tests of an endpoint put messages to it."""

from __future__ import annotations

import json
from typing import Any

from chargers.ocpp.rpc import Endpoint, Version, Violation

V2 = (Version.V201, Version.V21)


def receive(endpoint: Endpoint, frame: Any, now: float = 0.0) -> Any:
    return endpoint.receive(frame if isinstance(frame, str | bytes) else json.dumps(frame), now)


def violation(endpoint: Endpoint, frame: Any, now: float = 0.0) -> Violation:
    event = receive(endpoint, frame, now)
    assert isinstance(event, Violation)
    return event


def code_of(event: Violation) -> str:
    assert event.answer is not None
    message_type, _, code, _, details = json.loads(event.answer)
    assert (message_type, details) == (4, {})
    return str(code)
