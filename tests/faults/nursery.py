"""Gateways by the dozen: forks of one process that has imported everything, each with a fail-point of its own.

A test of every place and every message kills a process in each case; starting one takes two seconds, a fork
a few milliseconds. What runs after the fork is uvicorn with the command line of `make run`.

`python -m tests.faults.nursery` reads {"command", "failpoint", "log"} lines and answers each with a process id.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from cpms.ops import serve
from cpms.ops.local import ROOT
from tests.gateway.process import eventually, free_port

HOST = "127.0.0.1"


class Nursling:
    """One forked gateway."""

    def __init__(self, pid: int, port: int, log: Path) -> None:
        self.pid, self.port, self.log = pid, port, log
        self.sockets: list[Any] = []

    @property
    def is_running(self) -> bool:
        """Whether it lives; the nursery leaves no zombies."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def url(self, path: str) -> str:
        return f"ws://{HOST}:{self.port}/ocpp/{path}"

    def answers(self) -> bool:
        assert self.is_running, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def kill(self) -> None:
        if self.is_running:
            os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """The process that forks them."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self._home, self._children = home, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def fork(self, failpoint: str) -> Nursling:
        """A gateway that listens."""
        port, self._children = free_port(), self._children + 1
        log = self._home / f"nursling-{self._children}.log"
        order = {"command": serve.gateway_command(HOST, port)[3:], "failpoint": failpoint, "log": str(log)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        nursling = Nursling(int(self._process.stdout.readline()), port, log)
        eventually(nursling.answers)
        return nursling

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(5)


def main() -> None:
    """The nursery's own process."""
    import cpms.asgi  # noqa: F401 - what every child needs
    from chargers.gateway import server  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _serve(order)
        print(pid, flush=True)


def _serve(order: dict[str, Any]) -> None:
    import uvicorn

    from chargers.gateway import failpoints

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for target in (1, 2):
        os.dup2(log, target)
    os.close(0)
    failpoints._armed = failpoints.parse(order["failpoint"])
    uvicorn.main(order["command"])
    os._exit(0)


if __name__ == "__main__":
    main()
