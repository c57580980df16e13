"""Taking secrets out of payloads before they are logged.

A secret is known by its name (`AuthorizationKey`, `BasicAuthPassword`, the passwords of SetNetworkProfile,
and what vendors call theirs) or by its look (a private key in PEM, a password inside a URL).
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

_SECRET_NAMES: Final = (
    "authorizationkey", "password", "passwd", "passphrase", "secret", "privatekey", "presharedkey", "psk", "apikey",
    "accesstoken", "simpin", "credential",
)  # fmt: skip
# What names are spelled with besides letters and digits.
_PUNCTUATION: Final = bytes(set(range(128)) - set(b"abcdefghijklmnopqrstuvwxyz0123456789"))
_VPN_SECRETS: Final = frozenset({"password", "key"})
_VALUE_NAMES: Final = ("value", "attributeValue", "actualValue")
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)", re.DOTALL
)
# The one-time links of `chargers.services.files.links`: whoever has the token has the file.
_LINK_TOKEN: Final = re.compile(r"(/transfer/)[A-Za-z0-9_-]{40,}")
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^/@:\s]{0,255}):[^/@\s]{1,255}@")


def redact(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a request or response with `MASK` in place of secrets."""
    return _tree(payload) if action in ACTIONS else payload


def is_secret(name: Any) -> bool:
    """Whether a configuration key, variable or property of this name holds a secret."""
    if not isinstance(name, str):
        return False
    # By bytes and not by pattern: a name may be a text of a megabyte.
    letters = name.lower().encode("ascii", "ignore").translate(None, _PUNCTUATION).decode("ascii")
    return any(word in letters for word in _SECRET_NAMES)


def _tree(value: Any, secret: bool = False) -> Any:
    """`secret` says that values below belong to a secret named further up (NotifyReport)."""
    if isinstance(value, dict):
        return _object(value, secret or _is_named_secret(value))
    if isinstance(value, list):
        return [_tree(item, secret) for item in value]
    return _text(value) if isinstance(value, str) else value


def _object(holder: dict[str, Any], secret: bool) -> dict[str, Any]:
    return {name: _property(name, value, secret) for name, value in holder.items()}


def _is_named_secret(holder: dict[str, Any]) -> bool:
    variable = holder.get("variable")
    return is_secret(holder.get("key")) or (isinstance(variable, dict) and is_secret(variable.get("name")))


def _property(name: str, value: Any, secret: bool) -> Any:
    if secret and name in _VALUE_NAMES:
        return MASK
    if is_secret(name) and not isinstance(value, dict | list):
        return MASK
    if name == "data" and isinstance(value, str):
        return _embedded(_text(value))
    if name == "vpn" and isinstance(value, dict):
        return {part: MASK if part in _VPN_SECRETS else _tree(inner) for part, inner in value.items()}
    return _tree(value, secret)


def _text(value: str) -> str:
    value = _PRIVATE_KEY.sub(MASK, value)
    value = _LINK_TOKEN.sub(rf"\1{MASK}", value)
    value = _URL_PASSWORD.sub(rf"\1:{MASK}@", value)
    return _embedded(value) if value.lstrip().startswith(("{", "[")) else value


def _embedded(value: str) -> str:
    """JSON inside a text, as vendors do in DataTransfer.

    A text without secrets stays as it is; one that names a secret and cannot be read is masked as a whole.
    """
    try:
        parsed = orjson.loads(value)
        masked = _tree(parsed)
    except (orjson.JSONDecodeError, RecursionError):
        return MASK if is_secret(value) else value
    return value if masked == parsed else orjson.dumps(masked).decode()
