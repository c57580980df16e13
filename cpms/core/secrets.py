"""Encryption of stored secrets and hashing of machine keys.

`SECRETS_KEYS` lists `id:base64` pairs; the first encrypts, all of them decrypt, so keys can be rotated.
Sealed text is `keyid:token` with Fernet tokens (AES-128-CBC with HMAC-SHA256).
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(Exception):
    """The sealed text was written with a key that is not configured, or was tampered with."""


@lru_cache(maxsize=4)
def _keys(pairs: tuple[str, ...]) -> dict[str, Fernet]:
    keys = {}
    for pair in pairs:
        key_id, colon, encoded = pair.partition(":")
        if not (key_id and colon):
            # Not shown: what has no id may be a bare key.
            raise ImproperlyConfigured("SECRETS_KEYS: each key is written id:base64")
        try:
            keys[key_id] = Fernet(encoded.replace("+", "-").replace("/", "_"))
        except ValueError:
            raise ImproperlyConfigured(f"SECRETS_KEYS: key {key_id!r} is not 32 bytes in base64") from None
    if not keys:
        raise ImproperlyConfigured("SECRETS_KEYS is empty; see .env.example")
    return keys


def seal(plain: str) -> str:
    """Encrypt `plain` with the newest key."""
    keys = _keys(tuple(settings.SECRETS_KEYS))
    key_id = next(iter(keys))
    return f"{key_id}:{keys[key_id].encrypt(plain.encode()).decode()}"


def unseal(sealed: str) -> str:
    """Decrypt what `seal` wrote. Raises `Unreadable`."""
    key_id, _, token = sealed.partition(":")
    fernet = _keys(tuple(settings.SECRETS_KEYS)).get(key_id)
    if fernet is None:
        raise Unreadable(f"key {key_id!r} is not configured")
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unreadable("the sealed text is damaged") from None


def machine_key_hash(identity: str, key: bytes) -> str:
    """HMAC-SHA256 of a station's random key under the server's pepper, bound to the identity; hex.

    Station keys are random machine secrets of at least 128 bits, so a slow password hash would only
    cost CPU on every reconnect.
    """
    message = identity.encode() + b"\0" + key
    return hmac.new(settings.STATION_KEY_PEPPER.encode(), message, hashlib.sha256).hexdigest()


def same_hash(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def random_key(bits: int = 160) -> str:
    """A fresh machine key: 20 random bytes as 32 letters and digits, which every charger can store."""
    import secrets

    return base64.b32encode(secrets.token_bytes(bits // 8)).decode().rstrip("=").lower()
