"""The runner behind `make test`."""

import re
import sys
from pathlib import Path

import pytest

from cpms.ops.checks.runner import Result, parse_counts, run_step, summary
from cpms.ops.checks.steps import NOT_QUICK, Step, steps
from cpms.ops.local import ROOT

TESTS = ROOT / "tests"
GROUP = frozenset({"all"})


def run(script: str, *, limit_s: int = 20, is_test: bool = True) -> Result:
    step = Step("sample", [sys.executable, "-c", script], GROUP, is_test=is_test, limit_s=limit_s)
    return run_step(step, {}, Path("/"))


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("3 passed in 0.12s", {"passed": 3}),
        ("== 1 failed, 3 passed, 2 warnings in 65.01s (0:01:05) ==", {"failed": 1, "passed": 3}),
        ("1 passed, 2 skipped, 1 error in 1.00s", {"passed": 1, "skipped": 2, "error": 1}),
        ("2 errors in 1.00s", {"error": 2}),
        ("the user passed in 3 s", {}),
        ("FAILED tests/test_x.py - 3 passed", {}),
    ],
)
def test_only_the_closing_line_of_pytest_is_counted(line: str, counts: dict[str, int]) -> None:
    assert parse_counts(line) == counts


def test_the_output_of_a_step_is_shown_and_its_tests_are_counted(capfd: pytest.CaptureFixture[str]) -> None:
    result = run("print('hello'); print('4 passed in 0.10s')")
    assert "hello" in capfd.readouterr().out
    assert (result.problem, result.counts) == ("", {"passed": 4})


def test_a_step_that_fails_says_with_which_code() -> None:
    assert run("raise SystemExit(3)").problem == "exit code 3"


def test_a_test_run_without_tests_is_a_failure() -> None:
    assert run("raise SystemExit(5)").problem == "ran no test"


def test_a_step_that_takes_too_long_is_ended_and_failed() -> None:
    result = run("import time; time.sleep(60)", limit_s=1)
    assert result.problem == "took too long"
    assert result.duration_s < 10


def test_a_skipped_test_fails_the_step_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert Result("tests", 0, 1.0, {"passed": 3, "skipped": 1}).problem == "1 skipped"
    monkeypatch.delenv("CI")
    assert Result("tests", 0, 1.0, {"passed": 3, "skipped": 1}).problem == ""


def test_the_summary_names_what_failed_and_adds_up_the_tests() -> None:
    text = summary(
        [
            Result("ruff", 1, 0.4),
            Result("tests", 0, 60.0, {"passed": 10}),
            Result("browser tests", 1, 30.0, {"passed": 5, "failed": 1, "error": 1}),
        ]
    )
    assert "FAILED: exit code 1" in text
    assert "2 of 3 steps failed" in text
    assert text.splitlines()[-1] == "15 passed, 2 failed"


def test_every_test_runs_in_exactly_one_step() -> None:
    tests = [step for step in steps(ROOT) if step.is_test and "all" in step.groups]
    assert not any("--ignore" in part for step in tests for part in step.command)
    selected = [step.command[step.command.index("-q") + 2] for step in tests]
    assert sorted(selected) == [
        "browser or node",
        "fault or fleet",
        "not browser and not node and not fault and not fleet",
    ]


def test_a_step_reads_every_file_with_a_test_it_runs() -> None:
    listed = {part for step in steps(ROOT) for part in step.command if part.startswith("tests/")}
    marked = re.compile(r"mark\.(browser|node|fault|fleet)\b|add_marker")
    files = {str(path.relative_to(ROOT)) for path in TESTS.rglob("*.py") if marked.search(path.read_text())}
    assert listed == files - {str(Path(__file__).relative_to(ROOT))}


def test_what_the_quick_tests_leave_out_exists() -> None:
    assert all((ROOT / path).exists() for path in NOT_QUICK)


def test_the_quick_commands_leave_the_slow_tests_out() -> None:
    fast = [step.name for step in steps(ROOT) if "fast" in step.groups]
    assert fast == ["ruff", "ruff format", "djade", "quick tests"]
