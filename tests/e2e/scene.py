"""Something of everything in the product, for the pages that show one thing."""

from typing import Any

from .stack import Stack
from .yard import Yard

UNKNOWN = "CALLS-IN-VAIN"


def newest(stack: Stack, path: str) -> str:
    """The id of the first row of a list of the API."""
    results: list[dict[str, Any]] = stack.api("GET", path)["results"]
    return str(results[0]["id"])


def furnish(stack: Stack, yard: Yard) -> dict[str, str]:
    """Stations that charge, fault and are gone; a command; an unknown caller. Ids by the address before them."""
    old, new = (
        yard.connect(spare["identity"], spare["password"], spare["version"])
        for spare in stack.demo["stations"]
    )
    yard.charge(old, readings=5)
    yard.run(new.fault(1))
    station = newest(stack, f"stations?search={old.identity}")
    stack.api(
        "POST", f"stations/{station}/commands", {"action": "ClearCache", "payload": {}}, Prefer="wait=10"
    )
    _knock(yard)
    return {
        "/stations/": station,
        "/transactions/": newest(stack, "transactions?open=true"),
        "/commands/": newest(stack, "commands"),
        "/tags/": newest(stack, "id-tags"),
        "/sites/": newest(stack, "sites"),
        "/settings/members/": newest(stack, "members"),
        "/settings/keys/": newest(stack, "api-keys"),
        "/stations/unknown/": newest(stack, "unknown-stations"),
        "action": "ChangeConfiguration",
        "name": "status",
        "key": "expired",
        "uidb36": "1",
        "pk": "1",
    }


def _knock(yard: Yard) -> None:
    """Somebody calls whom nobody registered."""
    try:
        yard.connect(UNKNOWN, "a password nobody knows")
    except ConnectionError:
        return
    raise AssertionError("an unknown station got in")
