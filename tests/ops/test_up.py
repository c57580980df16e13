"""`manage.py up`, started and ended for real in a folder of its own."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cpms.ops.local import ROOT
from cpms.ops.services.process import free_port

pytestmark = pytest.mark.fault

FORGOTTEN = {
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "STATION_KEY_PEPPER",
    "SECRETS_KEYS",
    "PUBLIC_URL",
    "OCPP_PUBLIC_URL",
}


class Running:
    """One supervisor, its output, and the processes below it."""

    def __init__(self, var: Path, ports: tuple[int, int]) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        self.environment = kept | {
            "CPMS_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "cpms.settings.dev",
            "PORT": str(ports[0]),
            "OCPP_PORT": str(ports[1]),
        }
        self.output = var / "output"
        with self.output.open("wb") as output:
            command = [sys.executable, "manage.py", "up"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def wait_ready(self) -> float:
        """Seconds until the welcome is printed."""
        began = time.monotonic()
        wait_for(lambda: "Ctrl-C ends it" in self.said() or self.process.poll() is not None, 300)
        assert self.process.poll() is None, self.said()
        return time.monotonic() - began

    def said(self) -> str:
        return self.output.read_text()

    def child(self, sign: str) -> psutil.Process:
        return next(one for one in self.children() if sign in " ".join(one.cmdline()))

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: int) -> tuple[int, float, list[psutil.Process]]:
        """Exit code, seconds it took, and the processes that outlived the supervisor."""
        children = self.children()
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(20)
        duration_s = time.monotonic() - began
        return code, duration_s, [one for one in children if alive(one)]


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cpms-up-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture(scope="module")
def first_start_s() -> list[float]:
    """How long the start took that had everything to make; filled by the first test."""
    return []


@pytest.fixture
def running(var: Path, ports: tuple[int, int]) -> Iterator[Running]:
    supervisor = Running(var, ports)
    yield supervisor
    if supervisor.process.poll() is None:
        supervisor.end(signal.SIGTERM)


def test_an_empty_installation_answers_and_tells_its_addresses_and_its_administrator(
    running: Running, var: Path, ports: tuple[int, int], first_start_s: list[float]
) -> None:
    first_start_s.append(running.wait_ready())
    content = json.loads((var / "demo.json").read_text())
    assert stat.S_IMODE((var / "demo.json").stat().st_mode) == 0o600
    assert content["ocpp"] == f"ws://127.0.0.1:{ports[1]}/ocpp"
    assert [user["role"] for user in content["users"]] == ["owner"]
    assert content["users"][0]["password"] in running.said()
    for port in ports:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process_within_five_seconds(running: Running, number: int) -> None:
    running.wait_ready()
    code, duration_s, left = running.end(number)
    assert (code, left) == (0, [])
    assert duration_s < 5


def test_a_signal_during_the_start_ends_it_too(running: Running) -> None:
    wait_for(lambda: bool(running.children()), 30)
    code, duration_s, left = running.end(signal.SIGTERM)
    assert (code, left) == (0, [])
    assert duration_s < 5


def test_a_later_start_leaves_out_what_the_first_one_did(
    running: Running, first_start_s: list[float]
) -> None:
    """Three to five seconds where the first takes thirty; compared as a ratio, because machines are busy or not."""
    assert running.wait_ready() < first_start_s[0] / 2


def test_a_killed_server_comes_back(running: Running, ports: tuple[int, int]) -> None:
    running.wait_ready()
    victim = running.child("daphne")
    victim.kill()
    wait_for(lambda: "web ended (SIGKILL), starting it again in 0.5 s" in running.said(), 10)
    wait_for(lambda: answers(ports[0]), 30)
    assert running.child("daphne").pid != victim.pid


def test_nothing_outlives_a_killed_supervisor(running: Running) -> None:
    running.wait_ready()
    children = running.children()
    running.process.kill()
    running.process.wait()
    wait_for(lambda: not any(alive(one) for one in children), 20)


def test_a_second_start_in_the_same_folder_is_refused_in_one_line(running: Running, var: Path) -> None:
    running.wait_ready()
    refused = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=running.environment, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"already running in {var}" in refused.stderr


def test_a_port_in_use_is_refused_in_one_line(var: Path, ports: tuple[int, int]) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", ports[0]))
        other.listen()
        refused = Running(var, ports)
        assert refused.process.wait(30) == 1
    assert refused.said().count("\n") == 1
    assert f"port {ports[0]} on 127.0.0.1 is in use" in refused.said()


def wait_for(condition: Callable[[], bool], patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
