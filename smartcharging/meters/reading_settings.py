"""Reading what an operator wrote about a meter, field by field."""

import ipaddress
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from .errors import BadSettings
from .sample import AMPS, TOTAL, VALUES, WATTS

T = TypeVar("T")
# Host names of clouds' own inventories and of the machine itself answer on addresses no meter has.
_NO_METER: Final = "is no address of a meter"


def known_only(settings: Mapping[str, Any], names: set[str]) -> None:
    """Refuse fields that mean nothing to this driver. Raises BadSettings."""
    for name in settings:
        if name not in names:
            raise BadSettings(
                f"settings.{str(name)[:60]}", f"is not known here; known: {', '.join(sorted(names))}"
            )


def address_of(address: str, schemes: Mapping[str, int]) -> SplitResult:
    """A checked address; `schemes` maps the possible ones to their ports. Raises BadSettings.

    Addresses that no meter can have (link-local, multicast) are refused: clouds keep their secrets there.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadSettings("address", "cannot be read") from None
    if parts.scheme not in schemes or not parts.hostname:
        shown = ", ".join(f"{scheme}://host" for scheme in schemes)
        raise BadSettings("address", f"is written like {shown}, with a port if it is another one")
    if parts.username or parts.password:
        raise BadSettings("address", "holds no password; that has a field of its own")
    if port == 0:
        raise BadSettings("address", "port 0 is none")
    _refuse_impossible(parts.hostname)
    return parts


def _refuse_impossible(host: str) -> None:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return
    if unreachable(ip):
        raise BadSettings("address", _NO_METER)


def unreachable(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether no meter can stand at this address."""
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified


def mapping(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A field that holds an object. Raises BadSettings."""
    found = settings.get(name)
    if not isinstance(found, dict):
        raise BadSettings(f"settings.{name}", "has to be an object")
    return found


def text(settings: Mapping[str, Any], name: str, place: str = "settings", default: str | None = None) -> str:
    """A field that holds a text of 1 to 255 characters. Raises BadSettings."""
    found = settings.get(name, default)
    if not isinstance(found, str) or not (found or default == "") or len(found) > 255 or "\0" in found:
        raise BadSettings(f"{place}.{name}", "has to be a text of at most 255 characters")
    return found


def number(settings: Mapping[str, Any], name: str, place: str, default: float = 1.0) -> float:
    """A field that holds a finite number other than 0. Raises BadSettings."""
    found = settings.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found) or found == 0:
        raise BadSettings(f"{place}.{name}", "has to be a number other than 0")
    return float(found)


def integer(
    settings: Mapping[str, Any], name: str, place: str, span: range, default: int | None = None
) -> int:
    """A field that holds a whole number within `span`. Raises BadSettings."""
    found = settings.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int) or found not in span:
        raise BadSettings(f"{place}.{name}", f"has to be a whole number from {span[0]} to {span[-1]}")
    return found


def values(
    settings: Mapping[str, Any], lines: int, read: Callable[[Mapping[str, Any], str], T]
) -> dict[str, T]:
    """`settings.values`: how each value is found, as `read` makes of it. Raises BadSettings.

    A meter of the load tells the current or the power of each of its `lines`; with `lines` 0 (solar) the total
    is enough. A total alone says nothing of the fullest line.
    """
    found = mapping(settings, "values")
    for name in found:
        if name not in VALUES:
            raise BadSettings(
                f"settings.values.{str(name)[:60]}", f"is no value; values: {', '.join(VALUES)}"
            )
        if not isinstance(found[name], dict):
            raise BadSettings(f"settings.values.{name}", "has to be an object")
    complete(set(found), lines, "settings.values")
    return {name: read(one, f"settings.values.{name}") for name, one in found.items()}


def complete(names: set[str], lines: int, place: str) -> None:
    """Refuse values that do not say what each line carries. Raises BadSettings."""
    if lines == 0:
        if not names & {TOTAL, *WATTS}:
            raise BadSettings(place, f"needs {TOTAL}, or the power of the lines")
        return
    for kind in (AMPS, WATTS):
        if set(kind[:lines]) <= names:
            return
    raise BadSettings(
        place, f"needs {', '.join(AMPS[:lines])} or {', '.join(WATTS[:lines])}: a fuse sees lines"
    )
