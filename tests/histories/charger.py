"""An OCPP 1.6 charger as far as its transaction messages go: meters, a queue that survives reboots, its own truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from chargers.replay.player import Player
from chargers.simulator.ledger import Ledger
from chargers.simulator.outlet import Session

Payload = dict[str, Any]


@dataclass
class Message:
    """One transaction message; a stop or reading gets its transaction's id from the answer to the start."""

    action: str
    payload: Payload
    session: "Running"

    def ready(self) -> Payload:
        """As it goes on the wire now."""
        if self.action == "StartTransaction":
            return self.payload
        return self.payload | {"transactionId": self.session.told}


@dataclass
class Running:
    """A physical charge, and the id the charger knows it by (-1 until the start was answered)."""

    connector: int
    uid: str
    meter_start_wh: int
    started_at: datetime
    key: str
    told: int = -1
    stop_reason: str = ""

    def session(self) -> Session:
        """In the words of the ledger."""
        return Session(
            key=self.key, evse_no=self.connector, uid=self.uid, meter_start_wh=self.meter_start_wh,
            started_at=self.started_at, stop_reason=self.stop_reason,
        )  # fmt: skip


@dataclass
class Charger:
    """`deliver` puts the oldest message on the wire; what becomes of the answer is said by the caller."""

    player: Player
    ledger: Ledger
    now: datetime
    forgets_ids: bool = False
    registers: dict[int, int] = field(default_factory=lambda: {1: 1000, 2: 50_000})
    charging: dict[int, Running] = field(default_factory=dict)
    queue: list[Message] = field(default_factory=list)
    delivered: list[tuple[str, Payload, Running]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def identity(self) -> str:
        return self.player.station.identity

    def wait(self, seconds: int) -> None:
        """Time passes; two things never happen in the same second."""
        self.now += timedelta(seconds=seconds)

    def start(self, connector: int, uid: str) -> None:
        """A car begins to charge."""
        self.wait(1)
        running = Running(connector, uid, self.registers[connector], self.now, f"{connector}-{self.now}")
        self.charging[connector] = running
        self.ledger.start(self.identity, running.session())
        facts = {"connectorId": connector, "idTag": uid, "meterStart": running.meter_start_wh}
        self._enqueue("StartTransaction", facts | self._stamp(), running)

    def take(self, connector: int, wh: int, *, told: bool) -> None:
        """Energy flows; a reading says so if `told`."""
        self.wait(1)
        self.registers[connector] += wh
        if told:
            sample = [{"value": str(self.registers[connector])}]
            readings = [{**self._stamp(), "sampledValue": sample}]
            facts = {"connectorId": connector, "meterValue": readings}
            self._enqueue("MeterValues", facts, self.charging[connector])

    def stop(self, connector: int, reason: str) -> None:
        """The charge ends."""
        self.wait(1)
        running = self.charging.pop(connector)
        running.stop_reason = reason
        self.ledger.stop(self.identity, running.session(), self.now, self.registers[connector])
        facts = {"idTag": running.uid, "meterStop": self.registers[connector], "reason": reason}
        self._enqueue("StopTransaction", facts | self._stamp(), running)

    def reboot(self, *, hard: bool) -> None:
        """Message ids begin anew; the queue survives. Without warning, what was charging ends on boot."""
        self._numbers = count(1)
        for connector in list(self.charging):
            self.stop(connector, "PowerLoss" if hard else "Reboot")
        if self.forgets_ids:
            for message in self.queue:
                message.session.told = -1

    def deliver(self, *, answered: bool) -> None:
        """Send the oldest message; unless answered it stays the oldest and will be sent again."""
        message = self.queue[0]
        payload = message.ready()
        told = self._send(message.action, payload)
        self.delivered.append((message.action, payload, message.session))
        if answered:
            self._learn(message, told)
            self.queue.pop(0)

    def overtake(self) -> None:
        """Readings go their own way in some chargers: the oldest one leaves before what was queued earlier."""
        readings = [message for message in self.queue if message.action == "MeterValues"]
        if readings:
            self.queue.remove(readings[0])
            self.queue.insert(0, readings[0])
            self.deliver(answered=True)

    def _learn(self, message: Message, told: str | None) -> None:
        if message.action != "StartTransaction":
            return
        assert told is not None
        known = message.session.told
        if known not in (-1, int(told)):
            self.ledger.surprise(self.identity, f"a start got {told} after {known}")
        message.session.told = int(told)

    def echo(self, number: int) -> None:
        """Something on the way sends an old message once more."""
        action, payload, session = self.delivered[number % len(self.delivered)]
        told = self._send(action, payload)
        if action == "StartTransaction" and session.told != -1 and str(session.told) != told:
            self.ledger.surprise(self.identity, f"a repeated start got {told}, not {session.told}")

    def drain(self) -> None:
        """Everything arrives in the end."""
        while self.queue:
            self.deliver(answered=True)

    def _send(self, action: str, payload: Payload) -> str | None:
        return self.player.take(action, payload, str(next(self._numbers)), self.now)

    def _stamp(self) -> Payload:
        return {"timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def _enqueue(self, action: str, payload: Payload, running: Running) -> None:
        self.queue.append(Message(action, payload, running))
