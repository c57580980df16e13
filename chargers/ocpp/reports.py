"""Messages whose content is the same in every version."""

from collections.abc import Callable, Iterable

from chargers.choices import ConnectorStatus
from chargers.domain import (
    Acknowledged,
    Beat,
    DataReceived,
    FirmwareProgress,
    LogProgress,
    Report,
    SecurityEventReported,
)

from .adapter import Payload
from .fields import text, time, whole

Handler = Callable[[Payload, str], Report]
"""Payload and message id to report."""


def beat(payload: Payload, message_id: str) -> Report:
    """Heartbeat: it carries nothing."""
    return Beat()


def data(payload: Payload, message_id: str) -> Report:
    """DataTransfer; what `data` holds is the vendor's business and is never evaluated."""
    return DataReceived(text(payload.get("vendorId")), text(payload.get("messageId")), payload.get("data"))


def firmware(payload: Payload, message_id: str) -> Report:
    """FirmwareStatusNotification, and the signed one."""
    return FirmwareProgress(text(payload.get("status"), 40), _request_id(payload))


def log_status(payload: Payload, message_id: str) -> Report:
    """LogStatusNotification."""
    return LogProgress(text(payload.get("status"), 40), _request_id(payload))


def security_event(payload: Payload, message_id: str) -> Report:
    """SecurityEventNotification."""
    at = time(payload.get("timestamp"), [])
    return SecurityEventReported(text(payload.get("type"), 50), at, text(payload.get("techInfo")))


def _request_id(payload: Payload) -> int | None:
    return whole(payload.get("requestId"), -(2**63), 2**63 - 1)


def acknowledged(actions: Iterable[str]) -> dict[str, Handler]:
    """Handlers for messages to be taken note of, whose answer is empty."""
    return {action: _acknowledge(action) for action in actions}


def _acknowledge(action: str) -> Handler:
    return lambda payload, message_id: Acknowledged(action)


def connector_status(value: object) -> ConnectorStatus:
    """A connector's state; words nobody standardised are unknown."""
    try:
        return ConnectorStatus(text(value))
    except ValueError:
        return ConnectorStatus.UNKNOWN
