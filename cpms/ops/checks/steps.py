"""What is checked: one row a step."""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(sys.executable).parent
# The tests that need minutes, a browser or Node.js carry a marker; everything else must stay quick.
QUICK = "not browser and not node and not fault and not fleet"
# These start servers and simulated chargers or walk pages and routes: minutes, which test-fast does not have.
NOT_QUICK = (
    "tests/accounts",
    "tests/api",
    "tests/dashboard",
    "tests/gateway",
    "tests/ops",
    "tests/simulator",
    "tests/test_isolation.py",
)
PAGES, FAULTS = "browser or node", "fault or fleet"
ALL = frozenset({"all"})
FAST = frozenset({"fast"})
STATIC = frozenset({"all", "static"})
LINT = frozenset({"all", "static", "fast", "lint"})
COMPOSE_SCHEMA = ["--builtin-schema", "vendor.compose-spec"]


@dataclass(frozen=True, slots=True)
class Step:
    """One check. `groups` are the commands it belongs to, `is_test` that pytest's counts are read."""

    name: str
    command: list[str]
    groups: frozenset[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False
    limit_s: int = 300


def steps(root: Path) -> list[Step]:
    """Every step in the order of running: the quick refusals first."""
    templates = sorted(str(path.relative_to(root)) for path in (root / "templates").rglob("*.html"))
    return [
        Step("ruff", [_bin("ruff"), "check", "."], LINT),
        Step("ruff format", [_bin("ruff"), "format", "--check", "."], LINT),
        Step("djade", [_bin("djade"), "--check", "--target-version", "5.2", *templates], LINT),
        Step("Dockerfile", [_bin("hadolint"), "Dockerfile"], STATIC),
        Step("compose file", [_bin("check-jsonschema"), *COMPOSE_SCHEMA, "docker-compose.yml"], STATIC),
        Step("import contracts", [_bin("lint-imports")], STATIC),
        Step("mypy", [_bin("mypy")], STATIC),
        Step("migrations complete", _manage("makemigrations", "--check", "--dry-run"), STATIC),
        Step(
            "production settings",
            _manage("check", "--deploy", "--fail-level", "WARNING"),
            STATIC,
            production(),
        ),
        _pytest("quick tests", QUICK, FAST, workers=2, limit_s=180, leave_out=NOT_QUICK),
        _pytest("tests", QUICK, ALL, workers=_cores(), spread="worksteal"),
        _pytest(
            "fault and fleet tests", FAULTS, ALL, workers=2, spread="loadfile", only=_marked(root, FAULTS)
        ),
        _pytest("browser and Node.js tests", PAGES, ALL, workers=_cores(), only=_marked(root, PAGES)),
    ]


def production() -> dict[str, str]:
    """An environment of a correct production installation, with fresh secrets."""
    return {
        "DJANGO_SETTINGS_MODULE": "cpms.settings.prod",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "STATION_KEY_PEPPER": secrets.token_urlsafe(32),
        "SECRETS_KEYS": f"check:{'A' * 43}=",
        "ALLOWED_HOSTS": "cpms.example.com",
        "PUBLIC_URL": "https://cpms.example.com",
        "OCPP_PUBLIC_URL": "wss://cpms.example.com/ocpp",
    }


def formatters(root: Path) -> list[list[str]]:
    """The commands that rewrite the code in the house format."""
    templates = sorted(str(path.relative_to(root)) for path in (root / "templates").rglob("*.html"))
    return [
        [_bin("ruff"), "check", "--fix", "."],
        [_bin("ruff"), "format", "."],
        [_bin("djade"), "--target-version", "5.2", *templates],
    ]


def _pytest(
    name: str,
    markers: str,
    groups: frozenset[str],
    *,
    workers: int,
    limit_s: int = 2700,
    leave_out: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    spread: str = "load",
) -> Step:
    """`only`: the files that have such tests, so that the others are not read. `spread`: how workers share the tests;
    "loadfile" where those of one file share servers that are dear to start.
    """
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-m", markers),
        *("-n", str(workers), "--dist", spread, "--durations", "25"),
        *(f"--ignore={path}" for path in leave_out),
        *only,
    ]
    return Step(name, command, groups, is_test=True, limit_s=limit_s)


def _marked(root: Path, markers: str) -> tuple[str, ...]:
    """The test files with one of the markers of an expression like "fault or fleet"."""
    mark = re.compile(rf"\bmark\.({markers.replace(' or ', '|')})\b")
    files = sorted((root / "tests").rglob("test_*.py"))
    return tuple(str(path.relative_to(root)) for path in files if mark.search(path.read_text()))


def _cores() -> int:
    """Those we may use; more than eight workers would need more connections than our PostgreSQL has."""
    return min(max(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2, 2), 8)


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _bin(name: str) -> str:
    return str(BIN / name)
