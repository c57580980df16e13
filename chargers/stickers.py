"""The code on a sticker: a short name of an EVSE that only we can make.

`1K-7Q3XW2MA` is the EVSE's number and forty bits of an HMAC over it, in Crockford's base 32, which has no letters that
look like digits. Forging one costs half a million million tries against this server, and wins a page that is public.
"""

import hashlib
import hmac

from django.conf import settings

from .models import Evse

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MAC_LETTERS = 8
# What people type for what they read.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def code_of(evse: Evse) -> str:
    """The code to print, e.g. `1K-7Q3XW2MA`. It stays the same as long as the pepper of the installation does."""
    return f"{_letters(evse.pk)}-{_mac(evse.pk)}"


def link_of(evse: Evse) -> str:
    """What the QR code says: the address of the EVSE's page for drivers."""
    return f"{settings.PUBLIC_URL}/c/{code_of(evse)}"


def evse_of(code: str) -> Evse | None:
    """The EVSE of a code, read from a sticker or typed; None when we never printed it."""
    plain = code.upper().translate(_READ_AS)
    number, mac = plain[:-_MAC_LETTERS], plain[-_MAC_LETTERS:]
    if not 1 <= len(number) <= 12 or set(plain) - set(ALPHABET):
        return None
    pk = _number(number)
    if pk >= 2**63 or not hmac.compare_digest(mac, _mac(pk)):
        return None
    return (
        Evse.objects.select_related("station__site", "station__connection", "station__organisation")
        .filter(pk=pk)
        .first()
    )


def _mac(pk: int) -> str:
    secret = settings.STATION_KEY_PEPPER.encode()
    digest = hmac.new(secret, f"sticker\0{pk}".encode(), hashlib.sha256).digest()
    return _letters(int.from_bytes(digest[:5], "big")).rjust(_MAC_LETTERS, "0")


def _letters(number: int) -> str:
    text = ALPHABET[number % 32]
    return _letters(number // 32) + text if number >= 32 else text


def _number(text: str) -> int:
    value = 0
    for letter in text:
        value = value * 32 + ALPHABET.index(letter)
    return value
