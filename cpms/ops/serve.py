"""The command lines of the long-running processes, in one place for `make run`, containers and tests.

`python -m cpms.ops.serve gateway --host 0.0.0.0` replaces itself with the server.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import NamedTuple

from .local import ROOT, VAR

APPLICATION = "cpms.asgi:application"
BACKLOG = 4096
# The gate refuses frames above 1 MiB itself; the server's limit only stops what is far beyond that.
LARGEST_FRAME_BYTES = 2**20 + 2**16
GRACE_S = 3
PROTOCOL = "chargers.gateway.server:StationProtocol"
HTTP = "chargers.gateway.server:StationHttp"


class Tls(NamedTuple):
    """The files of the gateway's own TLS: full chain, key, and authorities of clients besides our own."""

    certificate: str
    key: str
    client_ca: str = ""


def web_command(host: str, port: int) -> list[str]:
    """Pages, API and live sockets on daphne, with a backlog that takes a reconnect storm."""
    interface = host.replace(":", r"\:")
    endpoint = f"tcp:port={port}:interface={interface}:backlog={BACKLOG}"
    trust = ["--proxy-headers"] if behind_proxy() else []
    return _module("daphne", "--endpoint", endpoint, "--no-server-name", *trust, APPLICATION)


def gateway_command(host: str, port: int) -> list[str]:
    """The chargers' WebSocket on uvicorn: sans-IO parser, pings per station, uvloop, no compression."""
    options = {
        "--host": host,
        "--port": str(port),
        "--loop": "uvloop",
        "--http": HTTP,
        "--ws": PROTOCOL,
        "--ws-per-message-deflate": "false",
        "--ws-max-size": str(LARGEST_FRAME_BYTES),
        "--backlog": str(BACKLOG),
        "--timeout-graceful-shutdown": str(GRACE_S),
    }
    trust = ["--proxy-headers", "--forwarded-allow-ips", "*"] if behind_proxy() else ["--no-proxy-headers"]
    return _module("uvicorn", APPLICATION, *_flat(options), "--no-access-log", "--no-server-header", *trust)


def tls_command(host: str, port: int, tls: Tls) -> list[str]:
    """The same with TLS of its own, whose certificate can be exchanged while sockets are open."""
    options = {
        "--application": APPLICATION,
        "--host": host,
        "--port": str(port),
        "--ws": PROTOCOL,
        "--ws-max-size": str(LARGEST_FRAME_BYTES),
        "--backlog": str(BACKLOG),
        "--grace": str(GRACE_S),
        "--cert": tls.certificate,
        "--key": tls.key,
    }
    more = {"--client-ca": tls.client_ca} if tls.client_ca else {}
    return _module("cpms.ops.tls_gateway", *_flat(options | more))


def files_command(host: str, port: int) -> list[str]:
    """One-time links on uvicorn, which streams under back-pressure both ways; daphne would read uploads whole."""
    options = {"--host": host, "--port": str(port), "--loop": "uvloop", "--lifespan": "off", "--ws": "none"}
    trust = ["--proxy-headers", "--forwarded-allow-ips", "*"] if behind_proxy() else ["--no-proxy-headers"]
    return _module("uvicorn", APPLICATION, *_flat(options), "--no-access-log", "--no-server-header", *trust)


def behind_proxy() -> bool:
    """Whether the sender's address is what the proxy says (BEHIND_PROXY); else such headers are ignored."""
    return os.environ.get("BEHIND_PROXY", "").lower() in {"1", "true", "yes", "on"}


def worker_command(*, beat: bool = True) -> list[str]:
    """Background tasks; `beat` adds the clock that starts the periodic ones."""
    command = _module("celery", "--app", "cpms", "worker", "--concurrency", "2", "--loglevel", "INFO")
    return [*command, "--beat", "--schedule", str(VAR / "celerybeat-schedule")] if beat else command


def beat_command() -> list[str]:
    """The clock alone, for installations with several workers."""
    return _module("celery", "--app", "cpms", "beat", "--schedule", str(VAR / "celerybeat-schedule"))


def balance_command() -> list[str]:
    """The control loop that shares the power of sites."""
    return [sys.executable, str(ROOT / "manage.py"), "balance"]


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _flat(options: dict[str, str]) -> list[str]:
    return [part for pair in options.items() for part in pair]


def _gateway(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> list[str]:
    tls = Tls(chosen.tls_cert, chosen.tls_key, chosen.tls_client_ca)
    if bool(tls.certificate) != bool(tls.key):
        parser.error("--tls-cert and --tls-key belong together")
    port = chosen.port or 9000
    return tls_command(chosen.host, port, tls) if tls.certificate else gateway_command(chosen.host, port)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m cpms.ops.serve")
    parser.add_argument("role", choices=["web", "gateway", "files", "worker", "beat", "balance"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    for name in ("cert", "key", "client-ca"):
        default = os.environ.get(f"OCPP_TLS_{name.upper().replace('-', '_')}", "")
        parser.add_argument(f"--tls-{name}", default=default, help="gateway only; PEM")
    chosen = parser.parse_args(arguments)
    commands: dict[str, Callable[[], list[str]]] = {
        "web": lambda: web_command(chosen.host, chosen.port or 8000),
        "gateway": lambda: _gateway(parser, chosen),
        "files": lambda: files_command(chosen.host, chosen.port or 9100),
        "worker": lambda: worker_command(beat=False),
        "beat": beat_command,
        "balance": balance_command,
    }
    VAR.mkdir(parents=True, exist_ok=True)
    os.environ["CPMS_PROCESS"] = chosen.role
    command = commands[chosen.role]()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
