"""Which part of a file a request asks for (RFC 9110 §14). Pure."""

import re

_ONE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


class Unsatisfiable(Exception):
    """The range lies outside the file: 416."""


def wanted(header: str, size_bytes: int) -> tuple[int, int] | None:
    """First and last byte, both included; None to send everything.

    Several ranges at once, other units and nonsense are ignored, as the standard allows. Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return _last(int(found[2]), size_bytes)
    first, last = int(found[1]), int(found[2] or size_bytes - 1)
    if found[2] and last < first:
        return None
    if first >= size_bytes:
        raise Unsatisfiable
    return first, min(last, size_bytes - 1)


def _last(count: int, size_bytes: int) -> tuple[int, int]:
    if not count or not size_bytes:
        raise Unsatisfiable
    return max(0, size_bytes - count), size_bytes - 1


def still_same(if_range: str, etag: str, modified: str) -> bool:
    """Whether a range may be sent: the part fetched before is of the same file (RFC 9110 §13.1.5)."""
    return not if_range or if_range.strip() in (etag, modified)
