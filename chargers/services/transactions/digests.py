"""Digests that make repeats recognisable."""

import hashlib


def digest(*parts: object) -> str:
    """64 hex digits over the parts' texts; None and "" differ, and no two lists of parts collide by joining."""
    hasher = hashlib.blake2b(digest_size=32)
    for part in parts:
        text = b"\0" if part is None else str(part).encode()
        hasher.update(len(text).to_bytes(4, "big") + text)
    return hasher.hexdigest()
