"""What the person at the terminal sees when everything answers, and the same as a file for programs."""

import json
from pathlib import Path
from typing import Any

from ..local import write_private
from .plan import Addresses


def demo_file(var: Path) -> Path:
    return var / "demo.json"


def remember(var: Path, addresses: Addresses, data: dict[str, Any]) -> dict[str, Any]:
    """Writes `var/demo.json` (0600) and returns its content.

    A later start that made no new sign-in keeps the first ones: passwords are stored nowhere else.
    """
    known = _read(demo_file(var))
    kept: dict[str, Any] = {"api_key": "", "users": [], "drivers": [], "stations": []}
    content = {
        **addresses.surfaces,
        **{name: data.get(name) or known.get(name, none) for name, none in kept.items()},
    }
    write_private(demo_file(var), json.dumps(content, indent=2) + "\n")
    return content


def welcome(addresses: Addresses, content: dict[str, Any]) -> str:
    """The text printed when everything answers."""
    lines = ["", "CPMS is running. Ctrl-C ends it.", ""]
    lines += _columns(
        [
            ("Dashboard", content["dashboard"]),
            ("Driver portal", content["portal"]),
            ("API docs", addresses.docs),
            ("Chargers (OCPP)", f"{content['ocpp']}/<identity>"),
        ]
    )
    lines += ["", "Sign in with"]
    people = [*content["users"], *({"role": "driver"} | driver for driver in content["drivers"])]
    lines += _columns([(one["role"], f"{one['email']}  {one['password']}") for one in people])
    if content["stations"]:
        lines += ["", "Spare stations for your own charger or simulator (ID tag TAG-001)"]
        lines += _columns(
            [(one["identity"], f"{one['password']}  OCPP {one['version']}") for one in content["stations"]]
        )
    return "\n".join([*lines, "", "The same in var/demo.json; logs in var/log/.", ""])


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in rows), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in rows]


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return content
