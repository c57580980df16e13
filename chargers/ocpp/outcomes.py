"""What a station's answer to one of our CALLs means, for every action of every version."""

from typing import Any, Final

from chargers.domain import Outcome

from .fields import elements, text

PENDING: Final = frozenset({"Scheduled", "RebootRequired"})
AGREED: Final = PENDING | {"Accepted", "AcceptedCanceled", "Unlocked", "Unpublished"}

_STATUS_NAMES: Final = ("status", "attributeStatus")


def outcome(result: dict[str, Any]) -> Outcome:
    """Agreed or not, and the station's own word for it.

    An answer that lists a status per item is agreed when all items are; the word is that of the first item
    that is not, else of the first with more to follow. An answer without any status gave what was asked for.
    """
    words = [_status(result)] if "status" in result else _listed(result)
    if not words:
        return Outcome(accepted=True)
    refused = [word for word in words if word not in AGREED]
    pending = [word for word in words if word in PENDING]
    return Outcome(not refused, (refused or pending or words)[0], pending=bool(pending) and not refused)


def _listed(result: dict[str, Any]) -> list[str]:
    items = [item for value in result.values() for item in elements(value)]
    return [_status(item) for item in items if any(name in item for name in _STATUS_NAMES)]


def _status(holder: dict[str, Any]) -> str:
    return next((text(holder[name], 40) for name in _STATUS_NAMES if name in holder), "")
