"""Meters of others, started for tests: Modbus, MQTT and HTTP, each in a process or thread of its own."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket
from time import monotonic, sleep
from typing import Any

from cpms.ops.local import ROOT

MODBUS = Path(__file__).with_name("modbus_server.py")
UNPACKED = ROOT / "var" / "mosquitto"
# What Debian's broker needs besides the C library; where it is installed, none of this is fetched.
PACKAGES = ("mosquitto", "libmosquitto1", "libcjson1", "libdlt2", "libwrap0")


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + 30
    while monotonic() < end:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            sleep(0.05)
    raise AssertionError(f"nobody listens at port {port}")


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def modbus_server(port: int | None = None) -> Iterator[int]:
    """pymodbus' own server with a meter behind it; its port."""
    port = port or free_port()
    with _running([sys.executable, str(MODBUS), str(port)], port):
        yield port


@contextmanager
def mosquitto(folder: Path, password: str = "") -> Iterator[int]:
    """Debian's broker at loopback; with a password for the user `meter`, nobody else is let in. Its port."""
    program, libraries = _mosquitto()
    port, config = free_port(), folder / "mosquitto.conf"
    # Started by root it would change to a user who cannot read the folders of tests.
    config.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous {str(not password).lower()}\n")
    if password:
        users = folder / "users"
        users.touch()
        environment = {"LD_LIBRARY_PATH": libraries}
        command = [
            program.replace("sbin/mosquitto", "bin/mosquitto_passwd"),
            "-b",
            str(users),
            "meter",
            password,
        ]
        subprocess.run(command, check=True, env=environment, capture_output=True, timeout=20)
        config.write_text(config.read_text() + f"password_file {users}\n")
    with _running([program, "-c", str(config)], port, {"LD_LIBRARY_PATH": libraries}):
        yield port


def _mosquitto() -> tuple[str, str]:
    """Program and folder of libraries: the installed one, else Debian's packages unpacked beside the other data."""
    installed = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/usr/bin")
    if installed:
        return installed, ""
    program = UNPACKED / "usr/sbin/mosquitto"
    if not program.exists():
        _unpack()
    return str(program), ":".join(str(one) for one in (UNPACKED / "usr/lib").glob("*-linux-*"))


def _unpack() -> None:
    fetched = UNPACKED.with_name("mosquitto-packages")
    fetched.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["apt-get", "download", *PACKAGES], cwd=fetched, check=True, capture_output=True, timeout=120
        )
        for package in fetched.glob("*.deb"):
            unpack = ["dpkg-deb", "--extract", str(package), str(UNPACKED)]
            subprocess.run(unpack, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise AssertionError(
            "these tests need the MQTT broker Mosquitto, and it could not be fetched: install it, "
            f"e.g. `apt-get install mosquitto` ({error})"
        ) from None


class HttpMeter:
    """A meter that answers HTTP; `answer` makes status and body from the request's headers."""

    def __init__(self) -> None:
        self.answer: Callable[[Any], tuple[int, bytes]] = lambda headers: (200, b"{}")
        self.asked = 0
        meter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                meter.asked += 1
                status, body = meter.answer(self.headers)
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", body.decode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/status"

    def tells(self, document: Any, status: int = 200) -> None:
        """From now on it answers with this."""
        self.answer = lambda headers: (status, json.dumps(document).encode())

    @contextmanager
    def serving(self) -> Iterator["HttpMeter"]:
        """Answer while the block runs."""
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
