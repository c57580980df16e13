"""The local authorisation list in OCPP 2.0.1 (D01, D02)."""

from typing import Any

from chargers.choices import TokenType
from chargers.domain import ListEntry, ListVersionReported, ReadListVersion, Report, SendList, TokenAnswer
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import whole
from chargers.ocpp.values import format_time

from .catalog import LIMITS


def send(request: SendList) -> tuple[str, Payload]:
    """SendLocalList. A token without idTokenInfo is taken off (D01.FR.16)."""
    listed = [_entry(entry) for entry in request.entries]
    # An empty list is left out: the schema wants one entry at least (D01.FR.04).
    entries: Payload = {"localAuthorizationList": listed} if listed else {}
    update = "Full" if request.full else "Differential"
    return "SendLocalList", {**entries, "updateType": update, "versionNumber": request.version}


def _entry(entry: ListEntry) -> dict[str, Any]:
    info = {} if entry.answer is None else {"idTokenInfo": _info(entry.answer)}
    return {**info, "idToken": {"idToken": entry.token.uid, "type": str(entry.token.type)}}


def _info(answer: TokenAnswer) -> dict[str, Any]:
    info: dict[str, Any] = {"status": str(answer.status)}
    if answer.expires_at is not None:
        info["cacheExpiryDateTime"] = format_time(answer.expires_at)
    if 0 < len(answer.parent_uid) <= LIMITS["uid"]:
        info["groupIdToken"] = {"idToken": answer.parent_uid, "type": str(TokenType.CENTRAL)}
    return info


def ask_version(request: ReadListVersion) -> tuple[str, Payload]:
    """GetLocalListVersion."""
    return "GetLocalListVersion", {}


def version(payload: Payload, result: Payload) -> Report | None:
    """The version in the answer; a number that makes no sense says nothing."""
    number = whole(result.get("versionNumber"))
    return None if number is None else ListVersionReported(number)
