"""Our answers in OCPP 2.0.1."""

from typing import Any

from chargers.choices import AuthorizationStatus, TokenType
from chargers.domain import (
    Answer,
    AuthorizeAsked,
    BeatAnswer,
    BootAnswer,
    DataAnswer,
    NeedsAnswer,
    Report,
    TokenAnswer,
    TransactionAnswer,
    TransactionReported,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.values import format_time

from .catalog import LIMITS


def reply(action: str, report: Report, answer: Answer) -> Payload:
    """The CALLRESULT payload for a request of the station."""
    match answer:
        case BootAnswer(registration, now, interval_s):
            return {"currentTime": format_time(now), "interval": interval_s, "status": str(registration)}
        case BeatAnswer(now):
            return {"currentTime": format_time(now)}
        case TokenAnswer():
            return {"idTokenInfo": _token_info(report, answer)}
        case TransactionAnswer(_, token):
            return {} if token is None else {"idTokenInfo": _token_info(report, token)}
        case DataAnswer(status, data):
            return {"status": status} if data is None else {"status": status, "data": data}
        case NeedsAnswer(accepted):
            return {"status": "Accepted" if accepted else "Rejected"}
    return {}


def _token_info(report: Report, answer: TokenAnswer) -> Payload:
    """IdTokenInfoType. A group that does not fit is left out: cut, it would be another one."""
    info: dict[str, Any] = {"status": _status(report, answer.status)}
    if answer.expires_at is not None:
        info["cacheExpiryDateTime"] = format_time(answer.expires_at)
    if 0 < len(answer.parent_uid) <= LIMITS["uid"]:
        info["groupIdToken"] = {"idToken": answer.parent_uid, "type": str(TokenType.CENTRAL)}
    return info


def _status(report: Report, status: AuthorizationStatus) -> str:
    """2.0.1 tells a token nobody knows (Unknown) from one that cannot be one (Invalid)."""
    if status != AuthorizationStatus.INVALID:
        return str(status)
    token = report.token if isinstance(report, AuthorizeAsked | TransactionReported) else None
    return "Unknown" if token is not None and token.uid else "Invalid"
