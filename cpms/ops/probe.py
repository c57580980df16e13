"""`python -m cpms.ops.probe web|gateway|files|worker|beat|balance`: exit code 0 when that process works here."""

import argparse
import os
import socket
import sys
import time
import urllib.request

from .local import VAR

PORTS = {"web": 8000, "gateway": 9000, "files": 9100}
# Beat writes its schedule every three minutes.
BEAT_SILENCE_S = 600
# The control loop touches its file every fifteen seconds.
BALANCE_SILENCE_S = 60
BALANCE_BEAT = VAR / "balance-beat"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m cpms.ops.probe")
    parser.add_argument("role", choices=["web", "gateway", "files", "worker", "beat", "balance"])
    parser.add_argument("--port", type=int)
    chosen = parser.parse_args(arguments)
    if chosen.role in PORTS:
        return 0 if server_answers(chosen.port or PORTS[chosen.role]) else 1
    if chosen.role == "beat":
        return 0 if beat_ticks() else 1
    if chosen.role == "balance":
        return 0 if balance_beats() else 1
    return ask_worker()


def server_answers(port: int) -> bool:
    """Whether `/healthz` answers 200, asked with a host name that ALLOWED_HOSTS accepts."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".*")
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz", headers={"Host": host or "127.0.0.1"}
    )
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def beat_ticks() -> bool:
    """Whether the schedule file was written lately."""
    files = list(VAR.glob("celerybeat-schedule*"))
    return any(time.time() - file.stat().st_mtime < BEAT_SILENCE_S for file in files)


def balance_beats() -> bool:
    """Whether the control loop looked for sites lately."""
    return BALANCE_BEAT.exists() and time.time() - BALANCE_BEAT.stat().st_mtime < BALANCE_SILENCE_S


def ask_worker() -> int:
    """Replaces this process by Celery's own ping of the worker in this container."""
    command = [sys.executable, "-m", "celery", "--app", "cpms", "inspect", "ping"]
    destination = f"celery@{socket.gethostname()}"
    os.execv(command[0], [*command, "--destination", destination, "--timeout", "10"])


if __name__ == "__main__":
    sys.exit(main())
