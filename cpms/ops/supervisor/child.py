"""One supervised process: started, watched, started again after it died, ended."""

import asyncio
import contextlib
import os
import signal
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ..services.process import end_with_parent
from .backoff import Backoff
from .plan import ProcessSpec

TAIL_LINES = 10
# A process that dies this often before it ever worked will not work.
HOPELESS_DEATHS = 3
LARGEST_LOG_BYTES = 10 * 2**20


class ChildError(Exception):
    """A process did not become ready; the text is for the person at the terminal."""


class Child:
    """Keeps the process of `spec` running until `stop`; `say` prints what happened."""

    def __init__(self, spec: ProcessSpec, say: Callable[[str], None]) -> None:
        self.spec = spec
        self.process: asyncio.subprocess.Process | None = None
        self._say = say
        self._backoff = Backoff()
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        _make_room(self.spec.log)
        await self._spawn()
        self._watcher = asyncio.create_task(self._watch())

    async def wait_ready(self, patience_s: float) -> None:
        """Waits until the health URL answers 200. Raises ChildError when it will not."""
        deadline = time.monotonic() + patience_s
        while self.spec.health and not await asyncio.to_thread(_answers, self.spec.health):
            if time.monotonic() > deadline or self._backoff.deaths >= HOPELESS_DEATHS:
                raise ChildError(f"{self.spec.name} does not answer; {tail(self.spec.log)}")
            await asyncio.sleep(0.1)

    async def stop(self, patience_s: float) -> None:
        """Asks the process to end; kills its whole group after `patience_s`."""
        if self._watcher:
            self._watcher.cancel()
        if self.process is None:
            return
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.spec.stop_signal)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), patience_s)
        _kill_group(self.process.pid)
        await self.process.wait()

    async def _spawn(self) -> None:
        with self.spec.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self.spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.spec.folder,
                env=dict(self.spec.environment),
                start_new_session=True,
                preexec_fn=end_with_parent(self.spec.stop_signal),
                **self.spec.spawn_options,
            )

    async def _watch(self) -> None:
        while True:
            started = time.monotonic()
            assert self.process is not None
            code = await self.process.wait()
            _kill_group(self.process.pid)
            delay_s = self._backoff.delay_s(time.monotonic() - started)
            self._say(
                f"{self.spec.name} ended ({_reason(code)}), starting it again in {delay_s:g} s; "
                f"{tail(self.spec.log, 4)}"
            )
            await asyncio.sleep(delay_s)
            await self._spawn()


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented, with a heading that names it."""
    with log.open(errors="replace") as content:
        last = "".join(f"    {line}" for line in deque(content, maxlen=lines)).rstrip()
    return f"the end of {log}:\n{last or '    (empty)'}"


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _kill_group(pid: int) -> None:
    """What a process started must not outlive it: a second one would fight over ports and queues."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _make_room(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
