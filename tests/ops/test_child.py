"""Supervised processes: real ones, small."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cpms.ops.services.process import free_port
from cpms.ops.supervisor.child import LARGEST_LOG_BYTES, Child, ChildError
from cpms.ops.supervisor.plan import ProcessSpec

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER
PARENT = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    + SLEEPER
)


def spec(folder: Path, script: str, *, health: str | None = None) -> ProcessSpec:
    command = [sys.executable, "-c", script]
    return ProcessSpec(
        "sample", command, dict(os.environ), folder / "log" / "sample.log", folder, health=health
    )


async def until(condition: Callable[[], bool], patience_s: float = 10.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.02)


async def started(folder: Path, script: str, messages: list[str]) -> Child:
    child = Child(spec(folder, script), messages.append)
    await child.start()
    await until(lambda: "up" in child.spec.log.read_text())
    return child


async def test_a_process_that_dies_is_started_again_and_its_last_words_are_shown(tmp_path: Path) -> None:
    messages: list[str] = []
    child = await started(tmp_path, SLEEPER, messages)
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    await until(lambda: child.process is not None and child.process.pid != first)
    await child.stop(3)
    assert "sample ended (SIGKILL), starting it again in 0.5 s" in messages[0]
    assert "    up" in messages[0]


async def test_a_stopped_process_is_not_started_again(tmp_path: Path) -> None:
    messages: list[str] = []
    child = await started(tmp_path, SLEEPER, messages)
    await child.stop(3)
    await asyncio.sleep(0.8)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGTERM
    assert messages == []


async def test_a_process_that_ignores_the_request_is_killed_in_time(tmp_path: Path) -> None:
    child = await started(tmp_path, STUBBORN, [])
    began = time.monotonic()
    await child.stop(0.5)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 2


async def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    child = await started(tmp_path, PARENT, [])
    assert child.process is not None
    grandchildren = psutil.Process(child.process.pid).children()
    assert len(grandchildren) == 1
    await child.stop(3)
    await until(lambda: not alive(grandchildren[0]))


async def test_a_server_that_never_answers_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = Child(spec(tmp_path, SLEEPER, health=f"http://127.0.0.1:{free_port()}/healthz"), print)
    await child.start()
    with pytest.raises(ChildError, match=r"sample does not answer(.|\n)*up"):
        await child.wait_ready(1.0)
    await child.stop(3)


async def test_a_server_that_only_dies_is_given_up_before_the_patience_ends(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/healthz"
    child = Child(spec(tmp_path, "raise SystemExit('broken')", health=url), lambda _: None)
    await child.start()
    began = time.monotonic()
    with pytest.raises(ChildError, match="broken"):
        await child.wait_ready(60.0)
    assert time.monotonic() - began < 15
    await child.stop(3)


async def test_a_large_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "log" / "sample.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (LARGEST_LOG_BYTES + 1))
    child = Child(spec(tmp_path, SLEEPER), print)
    await child.start()
    await child.stop(3)
    assert (tmp_path / "log" / "sample.log.1").stat().st_size > LARGEST_LOG_BYTES
    assert log.stat().st_size < 100


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the kernel's parent-death signal is Linux only"
)
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import asyncio, os, sys
        from pathlib import Path
        from cpms.ops.supervisor.child import Child
        from cpms.ops.supervisor.plan import ProcessSpec

        async def main():
            folder = Path(sys.argv[1])
            command = [sys.executable, "-c", "import time; time.sleep(60)"]
            child = Child(ProcessSpec("sample", command, dict(os.environ), folder / "log", folder), print)
            await child.start()
            print(child.process.pid, flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    psutil.wait_procs([child], timeout=5)
    assert not alive(child)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
