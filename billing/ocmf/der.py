"""The little of DER that keys and signatures need, and nothing that DER forbids (X.690 §8, §10)."""

from .errors import Unreadable

SEQUENCE, INTEGER, BIT_STRING, OBJECT_IDENTIFIER = 0x30, 0x02, 0x03, 0x06


def take(data: bytes, tag: int, what: str) -> tuple[bytes, bytes]:
    """The content of the element with this tag at the front, and what follows it. Raises `Unreadable`."""
    if len(data) < 2 or data[0] != tag:
        raise Unreadable(f"{what} is not DER")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
        # One meaning, one writing: no long form where the short one serves, no leading zeros, no endless form.
        if start not in (3, 4) or length < 0x80 or data[2] == 0:
            raise Unreadable(f"{what} is not DER")
    if len(data) < start + length:
        raise Unreadable(f"{what} is cut short")
    return data[start : start + length], data[start + length :]


def only(data: bytes, tag: int, what: str) -> bytes:
    """The content of the one element there is."""
    content, rest = take(data, tag, what)
    if rest:
        raise Unreadable(f"{what} has more after its end")
    return content


def unsigned(data: bytes, what: str) -> tuple[int, bytes]:
    """The positive integer at the front, and what follows it."""
    content, rest = take(data, INTEGER, what)
    if not content or content[0] & 0x80:
        raise Unreadable(f"{what} has a number that is not positive")
    if len(content) > 1 and content[0] == 0 and not content[1] & 0x80:
        raise Unreadable(f"{what} has a number with needless zeros")
    return int.from_bytes(content, "big"), rest
