"""Kinds and states of ID tags, and what we answer to them."""

from .tones import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class TokenType(ToneChoices):
    """Kinds of ID token (OCPP 2.0.1 IdTokenEnumType, plus the app)."""

    ISO14443 = "ISO14443", AVAILABLE, "RFID card"
    ISO15693 = "ISO15693", AVAILABLE, "RFID card (ISO 15693)"
    CENTRAL = "Central", AVAILABLE, "App or portal"
    KEY_CODE = "KeyCode", AVAILABLE, "Key code"
    LOCAL = "Local", AVAILABLE, "Local"
    EMAID = "eMAID", AVAILABLE, "Contract certificate"
    MAC_ADDRESS = "MacAddress", AVAILABLE, "Vehicle address"
    NO_AUTHORIZATION = "NoAuthorization", OFFLINE, "Free vend"


class TagStatus(ToneChoices):
    """What we decided about an ID tag; expiry is a date of its own."""

    ACTIVE = "active", AVAILABLE, "Active"
    BLOCKED = "blocked", FAULT, "Blocked"


class AuthorizationStatus(ToneChoices):
    """Our answer to a token (OCPP 2.0.1 AuthorizationStatusEnumType; all but no credit are words of OCPP 1.6, too)."""

    ACCEPTED = "Accepted", AVAILABLE, "Accepted"
    BLOCKED = "Blocked", FAULT, "Blocked"
    EXPIRED = "Expired", FAULT, "Expired"
    INVALID = "Invalid", FAULT, "Unknown"
    NO_CREDIT = "NoCredit", FAULT, "No credit"
    CONCURRENT_TX = "ConcurrentTx", WAITING, "Already charging"
