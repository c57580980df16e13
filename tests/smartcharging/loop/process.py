"""`manage.py balance` in a process of its own, on the database of the running test."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cpms.ops.local import ROOT

QUICK = {
    "BALANCE_EVERY": "1",
    "BALANCE_COALESCE": "0",
    "BALANCE_SITES_EVERY": "1",
    "BALANCE_LEASE": "5",
    "BALANCE_HOLD": "120",
    "BALANCE_RENEW": "20",
    "BALANCE_INCREASE_EVERY": "2",
    "BALANCE_MESSAGE_EVERY": "2",
    "BALANCE_MINIMUM_OFF": "5",
    "BALANCE_DISOBEDIENCE": "6",
}


class Balancer:
    """The control loop as it runs in production, only quicker."""

    def __init__(self, home: Path, environment: Mapping[str, str], **settings: object) -> None:
        quick = QUICK | {name: str(value) for name, value in settings.items()}
        self._environment = {**environment, **quick, "CPMS_PROCESS": "balance"}
        self._log = home / "balance.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Balancer":
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "balance"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        return self

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(20)

    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text(errors="replace")
