"""What private PostgreSQL and private Redis have in common: one folder, one process, one account."""

import contextlib
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from .account import account_for, reachable_home
from .binaries import Source
from .errors import ServiceError
from .process import last_line, start_server, stop_server
from .record import Endpoint


class PrivateServer(ABC):
    """Prepares, starts and stops one server whose data lie in a folder of its own.

    `durable=False` is for tests: what is stored survives the end of the process, not of the machine.
    """

    label: ClassVar[str]
    folder: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, home: Path, endpoint: Endpoint, *, source: Source, durable: bool = True) -> None:
        self.endpoint = endpoint
        self.source = source
        self.durable = durable
        self.home = reachable_home(home, account_for(home / self.folder))
        self.account = account_for(self.data)
        self.log = home / "log" / f"{self.folder}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home / self.folder

    @abstractmethod
    def prepare(self) -> None:
        """Makes the folder fit to be served; ends a server that a killed caller left behind on it."""

    @abstractmethod
    def command(self) -> list[str]:
        """The server's command line; call `prepare` first."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server works right now, asked once."""

    def start(self, *, detached: bool = False) -> None:
        """Prepares and starts the server and waits until it answers. Raises ServiceError.

        `detached`: it goes on after the caller has ended.
        """
        self.prepare()
        self.process = start_server(
            self.command(), self.account, self.data, self.log, self.stop_signal, detached=detached
        )
        self.wait_ready()

    def wait_ready(self, patience_s: float = 30.0) -> None:
        """Raises ServiceError when the server has ended or still does not answer after `patience_s`."""
        deadline = time.monotonic() + patience_s
        while not self.answers():
            ended = self.process is not None and self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise self.failure()
            time.sleep(0.05)

    def failure(self) -> ServiceError:
        return ServiceError(f"{self.label} does not start: {last_line(self.log)}")

    def stop(self) -> None:
        if self.process is not None:
            stop_server(self.process, self.stop_signal)

    def forget(self) -> None:
        """Deletes the folder of the stopped server, and the place made for it when nothing else is left there."""
        shutil.rmtree(self.data, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.home.rmdir()
