"""The wire between a charger and its gateway, as a proxy and, where the machine allows it, as a real network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tests.gateway.charger import Charger
from tests.gateway.process import Gateway, free_port

from . import namespaces
from .conftest import Launch
from .namespaces import Namespace
from .proxy import FaultProxy

# Which ways this machine can run: the names are part of the tests' names, so a run says what it did.
WAYS = ["proxy", *(["namespace"] if namespaces.available() else [])]


class Wire(Protocol):
    """A gateway behind something that can be silenced."""

    gateway: Gateway

    def dial(self, identity: str) -> Charger: ...
    def silence(self) -> None: ...
    def deafen(self) -> None: ...
    def heal(self) -> None: ...


class ProxyWire:
    """Held bytes are what lost packets look like to both ends of a TCP connection."""

    def __init__(self, gateway: Gateway, proxy: FaultProxy) -> None:
        self.gateway, self._proxy = gateway, proxy
        proxy.sockets = gateway.sockets

    def dial(self, identity: str) -> Charger:
        return Charger(self._proxy, identity)  # type: ignore[arg-type]

    def silence(self) -> None:
        self._proxy.hold()

    def deafen(self) -> None:
        self._proxy.hold(self._proxy.down)

    def heal(self) -> None:
        self._proxy.heal()


class NamespaceWire:
    """Two network stacks and a link."""

    def __init__(self, gateway: Gateway, namespace: Namespace) -> None:
        self.gateway, self._namespace = gateway, namespace
        self._deaf = False

    def dial(self, identity: str) -> Charger:
        with self._namespace.entered():
            return Charger(self.gateway, identity, source=self._namespace.address)

    def silence(self) -> None:
        self._namespace.link_down()

    def deafen(self) -> None:
        self._namespace.deafen()
        self._deaf = True

    def heal(self) -> None:
        if self._deaf:
            self._namespace.undeafen()
        self._namespace.link_up()
        self._deaf = False


@contextmanager
def wire(way: str, launch: Launch, **settings: int) -> Iterator[Wire]:
    """A gateway of its own behind a wire of this kind."""
    if way == "namespace":
        with Namespace() as namespace:
            gateway = launch(host=namespace.host, **settings)
            yield NamespaceWire(gateway, namespace)
        return
    gateway = launch(**settings)
    with FaultProxy(free_port(), ("127.0.0.1", gateway.port)) as proxy:
        yield ProxyWire(gateway, proxy)
