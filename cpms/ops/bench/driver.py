"""The bench's handle on its load generator."""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from ..local import ROOT
from .ground import HOST, BenchError, Ground, Server

Report = dict[str, Any]


class Generator:
    """A generator process that loads `server`; one job at a time."""

    def __init__(self, ground: Ground, server: Server) -> None:
        self._command = [
            sys.executable, "-m", f"{__package__}.generator", HOST, str(server.port), ground.password,
        ]  # fmt: skip
        self._process: subprocess.Popen[str] | None = None

    def begin(self, job: str, **arguments: Any) -> None:
        """Give it a job without waiting for the report."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": job, **arguments}) + "\n")
        self._process.stdin.flush()

    def report(self) -> Report:
        """The report of the job begun last. Raises BenchError when the generator died."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the load generator died")
        report: Report = json.loads(line)
        return report

    def run(self, job: str, **arguments: Any) -> Report:
        """Have a job done."""
        self.begin(job, **arguments)
        return self.report()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
