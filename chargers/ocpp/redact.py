"""Taking secrets out of payloads before they are logged.

A secret is known by its name (`AuthorizationKey`, `BasicAuthPassword`, the passwords of SetNetworkProfile, and what
vendors call theirs) or by its look (a private key in PEM, a password inside a URL).
"""

import re
from typing import Any, Final

import orjson

MASK: Final = "***"

# Only these can carry a secret; all other traffic passes untouched and at no cost.
ACTIONS: Final = frozenset(
    {
        "CertificateSigned",
        "ChangeConfiguration",
        "DataTransfer",
        "GetConfiguration",
        "GetDiagnostics",
        "GetLog",
        "GetVariables",
        "InstallCertificate",
        "NotifyEvent",
        "NotifyReport",
        "PublishFirmware",
        "SecurityEventNotification",
        "SetNetworkProfile",
        "SetVariables",
        "SignCertificate",
        "SignedUpdateFirmware",
        "UpdateFirmware",
    }
)

_SECRET_NAME: Final = re.compile(
    r"authorizationkey|password|passwd|passphrase|secret|privatekey|presharedkey|psk|apikey|accesstoken|simpin|credential"
)
_VPN_KEYS: Final = frozenset({"password", "key"})
_VALUE_NAMES: Final = ("value", "attributeValue", "actualValue")
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)", re.DOTALL
)
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^/@:\s]{0,255}):[^/@\s]{1,255}@")


def redact(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a request or response with `MASK` in place of secrets; the same object when there are none to look for."""
    return _tree(payload) if action in ACTIONS else payload


def is_secret(name: Any) -> bool:
    """Whether a configuration key, variable or property of this name holds a secret."""
    return isinstance(name, str) and _SECRET_NAME.search(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def _tree(value: Any) -> Any:
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return [_tree(item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _object(holder: dict[str, Any]) -> dict[str, Any]:
    secrets = _VALUE_NAMES if _is_named_secret(holder) else ()
    return {name: _property(name, value, name in secrets) for name, value in holder.items()}


def _is_named_secret(holder: dict[str, Any]) -> bool:
    variable = holder.get("variable")
    return is_secret(holder.get("key")) or (isinstance(variable, dict) and is_secret(variable.get("name")))


def _property(name: str, value: Any, secret: bool) -> Any:
    if secret or (is_secret(name) and not isinstance(value, dict | list)):
        return MASK
    if name == "vpn" and isinstance(value, dict):
        return {k: MASK if k in _VPN_KEYS else _tree(v) for k, v in value.items()}
    return _tree(value)


def _text(value: str) -> str:
    value = _PRIVATE_KEY.sub(MASK, value)
    value = _URL_PASSWORD.sub(rf"\1:{MASK}@", value)
    return _embedded(value) if value.startswith(("{", "[")) else value


def _embedded(value: str) -> str:
    """JSON inside a text, as vendors do in DataTransfer; anything else is returned as it is."""
    try:
        return orjson.dumps(_tree(orjson.loads(value))).decode()
    except (orjson.JSONDecodeError, RecursionError):
        return value
