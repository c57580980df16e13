"""docs/reference/ocpp-1.6.md: every action of OCPP 1.6 with what handles it and what tests it, read from the code."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chargers.ocpp.rpc import Role, Version
from chargers.ocpp.schemas import actions

from . import answers, catalog, inbound, outbound

DOCUMENT: Final = Path("docs/reference/ocpp-1.6.md")
# Where the test of an action is looked for, best place first.
_TESTS: Final = ("tests/certification", "tests/gateway", "tests/ocpp/v16")
_BY_HAND: Final = "chargers.services.commands.send.command_send"

_HEAD: Final = """# OCPP 1.6 messages

Written by `manage.py ocpp_reference`; not edited by hand. A test fails when an action of the schemas has no handler
or no test, and when this file is out of date.

## From the station

| Action | Handler | Test |
|---|---|---|
"""
_OUT: Final = """
## To the station

Any of these can be sent with any payload its schema allows: from the command menu of a station, and over the API
(`POST /api/v1/stations/{id}/commands`). Where the house has a word of its own for it, the handler that says it in
OCPP 1.6 is named, and after it what reads the answer.

| Action | Handler | Test |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One action in one direction; empty texts are what is missing."""

    action: str
    sender: Role
    handler: str
    test: str


def rows(root: Path) -> list[Row]:
    """All actions in both directions. `root` is the source tree, whose tests are read."""
    tests = list(_test_functions(root))
    received = [Row(a, Role.STATION, _handler(a), _test(tests, a, Role.STATION)) for a in _of(Role.STATION)]
    return received + [Row(a, Role.CSMS, _sender(a), _test(tests, a, Role.CSMS)) for a in _of(Role.CSMS)]


def document(root: Path) -> str:
    """The whole file."""
    found = rows(root)
    parts = [_HEAD, *_lines(found, Role.STATION), _OUT, *_lines(found, Role.CSMS)]
    return "".join(parts)


def _lines(found: list[Row], sender: Role) -> Iterator[str]:
    for row in found:
        if row.sender is sender:
            yield f"| {row.action} | {row.handler} | `{row.test}` |\n"


def _of(sender: Role) -> tuple[str, ...]:
    return actions(Version.V16, sender)


def _handler(action: str) -> str:
    handler = inbound.handler(action)
    return "" if handler is None else f"`{_name(handler)}`"


def _sender(action: str) -> str:
    """What puts a wish into this action, or the plain command; "" when no menu offers it."""
    if action not in {spec.action for spec in catalog.COMMANDS}:
        return ""
    words = [
        f"`{_name(function)}` ({wish.__name__})"
        for wish, function in outbound.call.registry.items()
        if wish is not object and f'"{action}"' in inspect.getsource(function)
    ]
    reader = answers.teller(action)
    read = [] if reader is None else [f"`{_name(reader)}`"]
    return ", ".join((words or [f"`{_BY_HAND}`"]) + read)


def _name(function: Callable[..., Any]) -> str:
    """Where a function is; those that `singledispatch` keeps have no name but the one they are called by."""
    name = function.__qualname__.partition(".<locals>")[0]
    return f"{function.__module__}.{'call' if name == '_' else name}"


def _test_functions(root: Path) -> Iterator[tuple[str, str]]:
    """Node id and source of every test."""
    for folder in _TESTS:
        for path in sorted((root / folder).glob("test_*.py")):
            text = path.read_text()
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    source = ast.get_source_segment(text, node) or ""
                    yield f"{path.relative_to(root).as_posix()}::{node.name}", source


def _test(tests: list[tuple[str, str]], action: str, sender: Role) -> str:
    """The first test that names the action; one that goes both ways must be seen to go the right one."""
    pattern = rf"\b{action}\b"
    if action in _of(Role.STATION) and action in _of(Role.CSMS):
        verbs = "call|ask" if sender is Role.STATION else "order|accepted|rejected|send"
        pattern = rf"\.({verbs})\(\s*\"{action}\""
    return next((name for name, source in tests if re.search(pattern, source)), "")
