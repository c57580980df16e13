"""The local authorisation list in OCPP 1.6 (§5.10, §5.15)."""

from typing import Any

from chargers.domain import ListEntry, ListVersionReported, ReadListVersion, Report, SendList
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import MAX_INT32, whole

from .replies import tag_info

UNSUPPORTED = -1


def send(request: SendList) -> tuple[str, Payload]:
    """SendLocalList, keys in the order of the schema. A tag without idTagInfo is taken off (§7.5)."""
    payload: Payload = {
        "listVersion": request.version,
        "localAuthorizationList": [_entry(entry) for entry in request.entries],
        "updateType": "Full" if request.full else "Differential",
    }
    return "SendLocalList", payload


def _entry(entry: ListEntry) -> dict[str, Any]:
    info = {} if entry.answer is None else {"idTagInfo": tag_info(entry.answer)}
    return {"idTag": entry.token.uid, **info}


def ask_version(request: ReadListVersion) -> tuple[str, Payload]:
    """GetLocalListVersion."""
    return "GetLocalListVersion", {}


def version(payload: Payload, result: Payload) -> Report | None:
    """The version in the answer; a number that makes no sense says nothing."""
    number = whole(result.get("listVersion"), UNSUPPORTED, MAX_INT32)
    return None if number is None else ListVersionReported(number)
