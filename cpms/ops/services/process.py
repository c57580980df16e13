"""Starting one server process so that it never outlives the one who started it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .account import Account, server_environment

PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number: int) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `signal_number` when the starting thread dies (Linux only).

    The kernel forgets the request when the user changes; `subprocess` calls this after that change.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal_number)

    return ask_kernel


def start_server(
    command: list[str], account: Account, folder: Path, log: Path, stop_signal: int, *, detached: bool
) -> subprocess.Popen[bytes]:
    """Starts a server in its own process group with its output appended to `log`.

    `detached`: the server goes on after the caller has ended.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=server_environment(),
            start_new_session=True,
            preexec_fn=None if detached else end_with_parent(stop_signal),
            **account.spawn_options(),
        )


def stop_server(process: subprocess.Popen[bytes], stop_signal: int, patience_s: float = 5.0) -> None:
    """Asks the server to end, and kills it when it has not after `patience_s`."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, stop_signal)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port; one in TIME_WAIT counts as free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def last_line(source: str | Path) -> str:
    """The last words of a program that failed: of its output, or of its log file with the file's name."""
    if isinstance(source, str):
        lines = [line.strip() for line in source.splitlines() if line.strip()]
        return lines[-1] if lines else "no message"
    return f"{last_line(source.read_text(errors='replace') if source.exists() else '')} ({source})"
