"""Our answers in OCPP 1.6."""

from typing import Any

import orjson

from chargers.choices import AuthorizationStatus
from chargers.domain import (
    Answer,
    BeatAnswer,
    BootAnswer,
    CertificateAnswer,
    DataAnswer,
    Report,
    TokenAnswer,
    TransactionAnswer,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.values import format_time

from .catalog import LIMITS

# What 1.6 has no word for (AuthorizationStatus, OCPP 1.6 §7.2).
_WORDS = {AuthorizationStatus.NO_CREDIT: AuthorizationStatus.BLOCKED}
_REFUSED = TokenAnswer(AuthorizationStatus.INVALID)


def reply(action: str, report: Report, answer: Answer) -> Payload:
    """The CALLRESULT payload for a request of the station."""
    match answer:
        case BootAnswer(registration, now, interval_s):
            return {"status": str(registration), "currentTime": format_time(now), "interval": interval_s}
        case BeatAnswer(now):
            return {"currentTime": format_time(now)}
        case TokenAnswer():
            return {"idTagInfo": tag_info(answer)}
        case TransactionAnswer():
            return _started(answer) if action == "StartTransaction" else _stopped(answer)
        case DataAnswer(status, data):
            return {"status": status} if data is None else {"status": status, "data": _data(data)}
        case CertificateAnswer(accepted):
            return {"status": "Accepted" if accepted else "Rejected"}
    return {}


def _started(answer: TransactionAnswer) -> Payload:
    """A start must be answered for its tag, even if it came without one (OCPP 1.6 §6.46)."""
    return {"idTagInfo": tag_info(answer.token or _REFUSED), "transactionId": int(answer.reference)}


def _stopped(answer: TransactionAnswer) -> Payload:
    return {} if answer.token is None else {"idTagInfo": tag_info(answer.token)}


def tag_info(answer: TokenAnswer) -> Payload:
    """IdTagInfo (OCPP 1.6 §7.27). A parent tag that does not fit is left out: cut, it would be another."""
    info: dict[str, Any] = {}
    if answer.expires_at is not None:
        info["expiryDate"] = format_time(answer.expires_at)
    if 0 < len(answer.parent_uid) <= LIMITS["uid"]:
        info["parentIdTag"] = answer.parent_uid
    return {**info, "status": str(_WORDS.get(answer.status, answer.status))}


def _data(data: Any) -> str:
    """In 1.6 the data of a DataTransfer is text."""
    return data if isinstance(data, str) else orjson.dumps(data).decode()
