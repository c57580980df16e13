"""A whole charge as the messages a charger keeps until they are answered, in both versions."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chargers.choices import TransactionState
from chargers.models import MeterValue, Transaction
from chargers.models import TransactionEvent as Event
from tests.gateway.charger import VERSION_16, VERSION_201, Charger

START_WH, STOP_WH, READING_WH = 1000, 3000, 2000
_numbers = itertools.count(1)


@dataclass
class Charge:
    """One physical charge: the same texts however often they are sent, message ids apart."""

    version: str
    tag: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=10))
    reference: str = ""

    @property
    def messages(self) -> list[tuple[str, dict[str, Any]]]:
        """Action and payload of each message, in order."""
        return self._messages_16() if self.version == VERSION_16 else self._messages_201()

    def _at(self, minutes: int) -> str:
        return (self.began + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _messages_16(self) -> list[tuple[str, dict[str, Any]]]:
        number = int(self.reference or 0)
        reading = {"timestamp": self._at(1), "sampledValue": [{"value": str(READING_WH)}]}
        start = {"connectorId": 1, "idTag": self.tag, "meterStart": START_WH, "timestamp": self._at(0)}
        return [
            ("StartTransaction", start),
            ("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [reading]}),
            ("StopTransaction", {"transactionId": number, "meterStop": STOP_WH, "timestamp": self._at(2)}),
        ]

    def _messages_201(self) -> list[tuple[str, dict[str, Any]]]:
        self.reference = self.reference or f"T-{next(_numbers)}-{self.began:%H%M%S}"
        rows = (("Started", START_WH, "CablePluggedIn"), ("Updated", READING_WH, "MeterValuePeriodic"),
                ("Ended", STOP_WH, "EVDeparted"))  # fmt: skip
        return [("TransactionEvent", self._event(*row, number)) for number, row in enumerate(rows)]

    def _event(self, kind: str, register_wh: int, trigger: str, number: int) -> dict[str, Any]:
        context = {"Started": "Transaction.Begin", "Updated": "Sample.Periodic", "Ended": "Transaction.End"}
        sample = {
            "value": register_wh,
            "context": context[kind],
            "measurand": "Energy.Active.Import.Register",
        }
        return {
            "eventType": kind, "timestamp": self._at(number), "triggerReason": trigger, "seqNo": number,
            "transactionInfo": {"transactionId": self.reference}, "evse": {"id": 1, "connectorId": 1},
            "idToken": {"idToken": self.tag, "type": "ISO14443"},
            "meterValue": [{"timestamp": self._at(number), "sampledValue": [sample]}],
        }  # fmt: skip

    def tell(self, charger: Charger, step: int) -> dict[str, Any]:
        """Send one message and take the answer."""
        action, payload = self.messages[step]
        # As after a reboot, a repeat comes under another id.
        answer = charger.call(action, payload, f"m-{next(_numbers)}")
        self.reference = self.reference or str(answer.get("transactionId", ""))
        return answer

    def check(self) -> Transaction:
        """The database holds this charge exactly once, with its energy (invariants 1, 3, 4 and 5)."""
        row = Transaction.objects.get()
        assert (row.state, row.energy_wh) == (TransactionState.ENDED, STOP_WH - START_WH)
        assert row.reference == self.reference
        assert Event.objects.count() == (2 if self.version == VERSION_16 else 3)
        assert MeterValue.objects.filter(energy_wh=READING_WH).count() == 1
        return row


BOOT: dict[str, Callable[[Charger], Charger]] = {VERSION_16: Charger.boot, VERSION_201: Charger.boot_201}
