"""Runs steps, shows their output as it comes, and sums up."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..services.process import end_with_parent
from .steps import Step

CLOSING_LINE = re.compile(r"^=*\s*(?:\d+ \w+,? ?)+.* in [\d.]+s")
COUNT = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended. `counts` are pytest's: passed, failed, errors, skipped."""

    name: str
    exit_code: int
    duration_s: float
    counts: Mapping[str, int] = field(default_factory=dict)
    timed_out: bool = False

    @property
    def problem(self) -> str:
        """Why the step counts as failed; empty when it passed."""
        if self.timed_out:
            return "took too long"
        if self.exit_code == 5 and not self.counts:
            return "ran no test"
        if self.exit_code:
            return f"exit code {self.exit_code}"
        return (
            f"{self.counts['skipped']} skipped" if self.counts.get("skipped") and "CI" in os.environ else ""
        )


def run_step(step: Step, environment: Mapping[str, str], root: Path) -> Result:
    """Runs one step in its own process group and ends the whole group when it takes longer than it may."""
    print(f"\n── {step.name}", flush=True)
    started = time.monotonic()
    process = subprocess.Popen(
        step.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=root,
        env={**environment, **step.environment},
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    watchdog = _Watchdog(process, step.limit_s)
    try:
        counts = _relay(process)
        exit_code = process.wait()
    finally:
        watchdog.cancel()
        _kill_group(process.pid)
    return Result(
        step.name, exit_code, time.monotonic() - started, counts if step.is_test else {}, watchdog.fired
    )


def summary(results: list[Result]) -> str:
    """The closing table, and the tests of all steps added up on a line of its own."""
    width = max(len(result.name) for result in results)
    rows = [
        f"  {result.name:<{width}}  {'FAILED: ' + result.problem if result.problem else 'ok':<24}"
        f"{result.duration_s:7.1f} s  {_counts_text(result.counts)}".rstrip()
        for result in results
    ]
    failed = sum(1 for result in results if result.problem)
    verdict = f"{failed} of {len(results)} steps failed" if failed else f"all {len(results)} steps passed"
    return "\n".join(["", "── summary", *rows, "", f"  {verdict}", *_total(results)])


def parse_counts(line: str) -> dict[str, int]:
    """The counts in pytest's closing line; empty for any other line."""
    if not CLOSING_LINE.match(line):
        return {}
    return {
        name.rstrip("s") if name == "errors" else name: int(number) for number, name in COUNT.findall(line)
    }


class _Watchdog:
    def __init__(self, process: subprocess.Popen[str], limit_s: int) -> None:
        self.fired = False
        self._process = process
        self._timer = threading.Timer(limit_s, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.fired = True
        _kill_group(self._process.pid)

    def cancel(self) -> None:
        self._timer.cancel()


def _relay(process: subprocess.Popen[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        counts = parse_counts(line) or counts
    return counts


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _counts_text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _total(results: list[Result]) -> list[str]:
    tests = [result.counts for result in results if result.counts]
    if not tests:
        return []
    passed = sum(counts.get("passed", 0) for counts in tests)
    failed = sum(counts.get("failed", 0) + counts.get("error", 0) for counts in tests)
    return ["", f"{passed} passed, {failed} failed"]
