"""How the cases went, as a document."""

import ast
from pathlib import Path
from typing import Final

from .cases import CASES, case_of

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parents[1] / "docs" / "reference" / "certification-1.6.md"

_HEAD: Final = """# OCPP 1.6 certification cases

Written by `make certification` from its run; not edited by hand.

The cases are those in which the public test case document of the Open Charge Alliance has the Central System as system
under test. Each is played by a plain WebSocket client over a real socket against the running gateway; the CPMS side
is triggered and looked at through the public REST API.

{passed} of {total} passed.

| Case | Title | What is checked | Test | Result |
|---|---|---|---|---|
"""


def checks() -> dict[str, str]:
    """What each case's test says it checks, by case."""
    found: dict[str, str] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            case = case_of(node.name) if isinstance(node, ast.FunctionDef) else None
            if case is not None:
                assert isinstance(node, ast.FunctionDef)
                assert case not in found, f"two tests for TC_{case}"
                found[case] = " ".join((ast.get_docstring(node) or "").split())
    return found


def node_ids() -> dict[str, str]:
    """The node id of each case's test."""
    return {
        case: f"tests/certification/{path.name}::{node.name}"
        for path in sorted(HERE.glob("test_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and (case := case_of(node.name)) is not None
    }


class Record:
    """Collects how each case went."""

    def __init__(self) -> None:
        self.passed: dict[str, bool] = {}
        self.node_ids: dict[str, str] = {}

    def note(self, case: str, node_id: str, passed: bool) -> None:
        """One phase of a case's test is over."""
        self.passed[case] = self.passed.get(case, True) and passed
        self.node_ids[case] = node_id

    def document(self) -> str:
        """The table of all cases; one that was not played says so."""
        said = checks()
        rows = "".join(self._row(case, title, said.get(case, "")) for case, title in CASES.items())
        return _HEAD.format(passed=sum(self.passed.values()), total=len(CASES)) + rows

    def _row(self, case: str, title: str, said: str) -> str:
        words = {None: "not run", True: "passed", False: "failed"}
        test = self.node_ids.get(case, "").rpartition("/")[2]
        return f"| TC_{case} | {title} | {said} | `{test}` | {words[self.passed.get(case)]} |\n"
