"""A plain WebSocket client that speaks OCPP by hand: what we understand of the protocol is not used here."""

import base64
import itertools
import json
from collections import deque
from datetime import UTC, datetime
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from chargers.models import ChargingStation
from chargers.services.stations.registration import station_register
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .process import Gateway

PATIENCE_S = 15.0
KEY = "a-password-of-20-char"
VERSION_16, VERSION_201 = "ocpp1.6", "ocpp2.0.1"


def registered(world: World, identity: str, key: str = KEY) -> ChargingStation:
    """A station of this organisation with a known password, as the API makes it."""
    return station_register(world.organisation, identity, SYSTEM, password=key)[0]


_numbers = itertools.count(1)


def fresh(prefix: str) -> str:
    """An identity no test used before: the gateway remembers who guessed passwords."""
    return f"{prefix}-{next(_numbers)}"


def basic(user: str, key: str | bytes) -> dict[str, str]:
    """The Authorization header."""
    key = key.encode() if isinstance(key, str) else key
    return {"Authorization": "Basic " + base64.b64encode(user.encode() + b":" + key).decode()}


def now() -> str:
    """The time as chargers write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dial(
    gateway: Gateway,
    path: str,
    *,
    headers: Any = None,
    subprotocols: list[str] | None = None,
    source: str = "127.0.0.1",
) -> ClientConnection:
    """Open a socket; raises InvalidStatus when the handshake is refused. It is closed when the test ends."""
    socket = connect(
        gateway.url(path),
        subprotocols=subprotocols,  # type: ignore[arg-type]
        additional_headers=headers,
        compression=None,
        open_timeout=10,
        close_timeout=1,
        ping_interval=None,
        max_size=2**22,
        source_address=(source, 0),
        legacy=True,
    )
    gateway.sockets.append(socket)
    return socket


def refusal(gateway: Gateway, path: str, **options: Any) -> InvalidStatus:
    """The refusal of a handshake that must not succeed."""
    try:
        dial(gateway, path, **options)
    except InvalidStatus as refused:
        return refused
    raise AssertionError("the handshake was accepted")


class Charger:
    """A charger with one open socket."""

    def __init__(
        self,
        gateway: Gateway,
        identity: str,
        key: str | bytes = KEY,
        version: str = VERSION_16,
        source: str = "127.0.0.1",
    ) -> None:
        headers = basic(identity, key)
        socket = dial(gateway, identity, headers=headers, subprotocols=[version], source=source)
        self._begin(identity, socket)

    @classmethod
    def over(cls, socket: ClientConnection, identity: str) -> Self:
        """A charger on a socket that was opened some other way, such as over TLS."""
        charger = cls.__new__(cls)
        charger._begin(identity, socket)
        return charger

    def _begin(self, identity: str, socket: ClientConnection) -> None:
        self.identity, self.socket = identity, socket
        self.asked: deque[list[Any]] = deque()
        self._numbers = itertools.count(1)

    def send(self, text: str | bytes) -> None:
        """Put something on the wire."""
        self.socket.send(text)

    def receive(self, within_s: float = PATIENCE_S) -> list[Any]:
        """The next frame."""
        frame: list[Any] = json.loads(self.socket.recv(timeout=within_s))
        return frame

    def ask(self, action: str, payload: dict[str, Any], message_id: Any = None) -> list[Any]:
        """Send a CALL and return the answer's frame; CALLs that arrive meanwhile wait in `asked`."""
        message_id = f"{self.identity}-{next(self._numbers)}" if message_id is None else message_id
        self.send(json.dumps([2, message_id, action, payload]))
        while True:
            frame = self.receive()
            if frame[0] != 2:
                assert frame[1] == message_id, frame
                return frame
            self.asked.append(frame)

    def call(self, action: str, payload: dict[str, Any], message_id: Any = None) -> dict[str, Any]:
        """Send a CALL and return the payload of its CALLRESULT."""
        frame = self.ask(action, payload, message_id)
        assert frame[0] == 3, frame
        result: dict[str, Any] = frame[2]
        return result

    def boot(self) -> "Charger":
        """Boot in 1.6."""
        self.call("BootNotification", {"chargePointVendor": "Vendor", "chargePointModel": "Model"})
        return self

    def boot_201(self) -> "Charger":
        """Boot in 2.0.1."""
        station = {"vendorName": "Vendor", "model": "Model"}
        self.call("BootNotification", {"reason": "PowerUp", "chargingStation": station})
        return self

    def command(self, within_s: float = PATIENCE_S) -> list[Any]:
        """The next CALL of ours."""
        frame = self.asked.popleft() if self.asked else self.receive(within_s)
        assert frame[0] == 2, frame
        return frame

    def answer(self, frame: list[Any], payload: dict[str, Any]) -> None:
        """Answer a CALL of ours."""
        self.send(json.dumps([3, frame[1], payload]))

    def silent(self, for_s: float = 0.3) -> bool:
        """Whether nothing arrives for a while."""
        try:
            self.receive(for_s)
        except TimeoutError:
            return True
        return False

    def close_code(self, within_s: float = PATIENCE_S) -> int:
        """The code with which the other side ends the socket."""
        try:
            while True:
                self.socket.recv(timeout=within_s)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def start(self, tag: str, connector: int = 1, meter_wh: int = 1000, **changes: Any) -> dict[str, Any]:
        """StartTransaction; the answer."""
        payload = {"connectorId": connector, "idTag": tag, "meterStart": meter_wh, "timestamp": now()}
        return self.call("StartTransaction", payload | changes)

    def stop(self, transaction_id: int, meter_wh: int, **changes: Any) -> dict[str, Any]:
        """StopTransaction; the answer."""
        payload = {"transactionId": transaction_id, "meterStop": meter_wh, "timestamp": now()}
        return self.call("StopTransaction", payload | changes)

    def status(self, status: str, connector: int = 1) -> None:
        """StatusNotification in 1.6."""
        self.call(
            "StatusNotification",
            {"connectorId": connector, "errorCode": "NoError", "status": status, "timestamp": now()},
        )

    def close(self) -> None:
        """Say goodbye."""
        self.socket.close()

    def vanish(self) -> None:
        """Lose the connection without a word."""
        self.socket.socket.close()
