"""What is started, as data: the long-running processes and the addresses at which people find them."""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..serve import balance_command, gateway_command, web_command, worker_command
from ..services.account import SpawnOptions

WILDCARDS = {"0.0.0.0", "::", ""}  # noqa: S104 - recognised here, never chosen as a default


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process that must be running. `health` is a URL that answers 200 once it works."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    health: str | None = None
    spawn_options: SpawnOptions = field(default_factory=lambda: SpawnOptions())


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers listen, and the addresses of the product's surfaces."""

    host: str = "127.0.0.1"
    port: int = 8000
    ocpp_port: int = 9000

    @property
    def web(self) -> str:
        return f"http://{self._name}:{self.port}"

    @property
    def ocpp(self) -> str:
        return f"ws://{self._name}:{self.ocpp_port}/ocpp"

    @property
    def surfaces(self) -> dict[str, str]:
        """The addresses for people and programs, named as in `var/demo.json`.

        Drivers sign in where everybody does: the role decides what they see.
        """
        return {
            "dashboard": f"{self.web}/",
            "portal": f"{self.web}/drive/",
            "api": f"{self.web}/api/v1/",
            "ocpp": self.ocpp,
        }

    @property
    def docs(self) -> str:
        return f"{self.web}/api/v1/docs"

    def health(self, port: int) -> str:
        host = "127.0.0.1" if self.host in WILDCARDS else self.host
        return f"http://{_bracketed(host)}:{port}/healthz"

    @property
    def allowed_hosts(self) -> str:
        """Django's ALLOWED_HOSTS for these addresses."""
        names = ["localhost", "127.0.0.1", "[::1]", _bracketed(self.host), socket.gethostname()]
        return "*" if self.host in WILDCARDS else ",".join(names)

    @property
    def _name(self) -> str:
        return socket.gethostname() if self.host in WILDCARDS else _bracketed(self.host)


@dataclass(frozen=True, slots=True)
class Product:
    """What to run: where it lives, where it listens, and whether the demo is part of it.

    `local`: the secrets of this installation, see `cpms.ops.local`.
    """

    root: Path
    var: Path
    addresses: Addresses
    local: Mapping[str, str]
    demo: bool

    @property
    def log(self) -> Path:
        return self.var / "log"


def child_environment(addresses: Addresses, local: Mapping[str, str]) -> dict[str, str]:
    """The environment every process of the product gets; what the caller has set wins."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "cpms.settings.dev",
        "PYTHONUNBUFFERED": "1",
        "PUBLIC_URL": addresses.web,
        "OCPP_PUBLIC_URL": addresses.ocpp,
        "ALLOWED_HOSTS": addresses.allowed_hosts,
        **local,
    }
    return defaults | {name: value for name, value in os.environ.items() if value}


def processes(plan: Product, environment: Mapping[str, str]) -> list[ProcessSpec]:
    """Web, gateway, worker with beat, control loop, in the demo the simulated chargers, in the order of starting."""
    host, port, ocpp_port = plan.addresses.host, plan.addresses.port, plan.addresses.ocpp_port

    def spec(name: str, command: list[str], health: str | None = None) -> ProcessSpec:
        marked = {**environment, "CPMS_PROCESS": name}
        return ProcessSpec(name, command, marked, plan.log / f"{name}.log", plan.root, health=health)

    always = [
        spec("web", web_command(host, port), plan.addresses.health(port)),
        spec("gateway", gateway_command(host, ocpp_port), plan.addresses.health(ocpp_port)),
        spec("worker", worker_command()),
        spec("balance", balance_command()),
    ]
    return always + ([spec("fleet", manage("simulate", "--demo"))] if plan.demo else [])


def manage(*arguments: str) -> list[str]:
    """A command line of `manage.py`, run from the project folder."""
    return [sys.executable, "manage.py", *arguments]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
