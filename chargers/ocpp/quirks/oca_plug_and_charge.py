"""Plug & Charge through OCPP 1.6.

Evidence: Open Charge Alliance, application note "Using ISO 15118 Plug & Charge with OCPP 1.6" (vendor id
`org.openchargealliance.iso15118pnc`): the messages of OCPP 2.0.1 travel as JSON text in `data`, the message id is
the action's name. Of those a station sends, `Authorize` is understood: a contract id (eMAID) is decided about
like any ID token (OCPP 2.0.1 C07). Contract certificates are not checked here, so a request that wants one
checked is refused (`NoCertificateAvailable`), never waved through. Stations send the token as an object, or,
seen in the field, as bare text.
"""

import json
from typing import Any, Final

from chargers.choices import AuthorizationStatus, TokenType
from chargers.domain import Answer, AuthorizeAsked, DataAnswer, Report, Token, TokenAnswer
from chargers.ocpp import fields
from chargers.ocpp.values import format_time

from .vendor import Vendor, VendorMessage

VENDOR_ID: Final = "org.openchargealliance.iso15118pnc"
# The longest token of OCPP 2.0.1.
MAX_UID: Final = 36
_WANTS_A_CHECK: Final = ("certificate", "iso15118CertificateHashData")


def _authorize(data: Any) -> Report | DataAnswer:
    request = _object(data)
    token = request.get("idToken")
    uid = fields.token(token.get("idToken") if isinstance(token, dict) else token).uid
    if not 0 < len(uid) <= MAX_UID:
        return DataAnswer("Rejected")
    if any(request.get(name) for name in _WANTS_A_CHECK):
        refused = {"status": str(AuthorizationStatus.INVALID)}
        return DataAnswer("Accepted", {"certificateStatus": "NoCertificateAvailable", "idTokenInfo": refused})
    return AuthorizeAsked(Token(uid, TokenType.EMAID))


def _object(data: Any) -> dict[str, Any]:
    """The message inside the text; {} when it is none."""
    try:
        found = json.loads(data) if isinstance(data, str) else data
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _token_info(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer, TokenAnswer)
    info = {"status": str(answer.status)}
    if answer.expires_at is not None:
        info["cacheExpiryDateTime"] = format_time(answer.expires_at)
    return {"idTokenInfo": info}


VENDOR: Final = Vendor(VENDOR_ID, {"Authorize": VendorMessage(_authorize, _token_info)})
