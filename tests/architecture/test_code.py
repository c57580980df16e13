"""The house rules that a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cpms.ops.local import ROOT

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50
# Nine functions of ten are shorter than this.
USUAL_FUNCTION_LINES = 20
SOURCES = sorted(
    path.relative_to(ROOT)
    for package in ("cpms", "chargers", "billing", "smartcharging")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
# What speaks to a terminal, and says so by print.
SPEAKS_TO_A_TERMINAL = ("cpms/ops/",)
# A version's name belongs to chargers/ocpp; simulator and load generator are the other side of the wire.
MAY_NAME_VERSIONS = ("chargers/ocpp/", "chargers/simulator/", "cpms/ops/bench/")
VERSION_NAME = re.compile(r"\bv16\b|\bv201\b|\bv21\b|ocpp1\.6|ocpp2\.0\.1|ocpp2\.1|\bV16\b|\bV201\b|\bV21\b")


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), str(path))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function, without its docstring."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) and first.end_lineno else 0
            yield (
                f"{path}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1 - doc,
            )


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stdout


def lines_of(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())


def test_no_file_is_too_long_to_be_read() -> None:
    assert not [path for path in SOURCES if lines_of(path) > MAX_FILE_LINES]
    assert not [path for path in TESTS if lines_of(path) > 2 * MAX_FILE_LINES]


def test_no_function_is_too_long_to_be_understood() -> None:
    long = [
        (name, lines) for path in SOURCES for name, lines in functions(path) if lines > MAX_FUNCTION_LINES
    ]
    assert not long


def test_most_functions_are_short() -> None:
    lengths = sorted(lines for path in SOURCES for _, lines in functions(path))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= USUAL_FUNCTION_LINES


def test_nothing_is_printed_but_to_a_terminal() -> None:
    printing = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        if not str(path).startswith(SPEAKS_TO_A_TERMINAL)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing


def strings_and_names(path: Path) -> Iterator[tuple[int, str]]:
    """Identifiers and text literals of a file, docstrings left out: those may speak of versions."""
    module = tree(path)
    docs = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name | ast.Attribute):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, f"{node.module} {' '.join(alias.name for alias in node.names)}"


def test_only_the_protocol_package_names_versions() -> None:
    """Seen failing with `if subprotocol == "ocpp1.6"` in a service."""
    naming = [
        f"{path}:{line} {text[:60]}"
        for path in SOURCES
        if not str(path).startswith(MAY_NAME_VERSIONS)
        for line, text in strings_and_names(path)
        if VERSION_NAME.search(text)
    ]
    assert not naming, naming


def test_no_text_of_a_charger_is_marked_safe() -> None:
    """S33: what is not escaped is written where it can be reviewed."""
    unescaped = [
        f"{path}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "|safe" in line or "autoescape off" in line
    ]
    assert not unescaped


def test_no_work_is_announced_instead_of_done() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    announced = [
        f"{path}:{number}"
        for path in [*SOURCES, *TESTS]
        if path.name != Path(__file__).name
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not announced


_REPLACED = r"monkeypatch\.setattr\(\W?(cpms|chargers)[\w.]*\.[a-z]\w*\W?,"


def test_no_test_is_skipped_and_nothing_of_ours_is_mocked() -> None:
    # A test may depend on the machine (skipif), and shorten how long our code waits (a constant in capitals).
    words = re.compile(r"mark\.(skip|xfail)\b|pytest\.(skip|xfail)|unittest\.mock|MagicMock|" + _REPLACED)
    found = [
        f"{path}:{number} {line.strip()[:80]}"
        for path in TESTS
        if path.name != Path(__file__).name
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not found
