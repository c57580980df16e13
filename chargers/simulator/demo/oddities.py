"""A few things that went wrong yesterday, so that cases, explanations and diagnoses have something to show.

Everything is said as stations say it and goes through the gateway's own services.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson

from chargers.choices import Direction, RefusalReason
from chargers.models import ChargingStation, IdTag, MessageExchange, Transaction
from chargers.ocpp.v16.adapter import ADAPTER
from chargers.ocpp.values import format_time
from chargers.services.source import Source
from chargers.services.stations.refusals import Attempt, refusals_store
from chargers.services.transactions.messages import Reported, transaction_report
from cpms.core import partitions

from .cast import OPERATORS, SPARES, Part

_PLACES = 3
_numbers = count(1)


def write_oddities(parts: list[Part], now: datetime) -> None:
    """An orphaned stop and a lost one, a late stop, a meter that jumped, and a charger with a wrong password."""
    partitions.ensure(MessageExchange._meta.db_table, now - timedelta(days=2), now)
    old = [part for part in parts if part.version == "1.6" and part.operator is OPERATORS[0]]
    orphaned, late, jumped = (_Teller(part.identity, now) for part in old[-_PLACES:])
    _orphan(orphaned)
    _late(late)
    _jump(jumped)
    _knock(SPARES[0][0], now)


class _Teller:
    """A station that tells of the past, hours before `now`; `wh` is its register before."""

    def __init__(self, identity: str, now: datetime) -> None:
        self.station = ChargingStation.objects.get(identity=identity)
        self.now = now
        self.cards = list(
            IdTag.objects.filter(organisation=self.station.organisation_id, label__startswith="Card")[:2]
        )
        last = Transaction.objects.filter(station=self.station, ended_at__lt=now - timedelta(hours=30))
        row = last.order_by("-ended_at").first()
        self.wh = (row.meter_stop_wh if row else None) or 100_000

    def ago(self, hours: float) -> datetime:
        return (self.now - timedelta(hours=hours)).replace(microsecond=0)

    def start(self, hours: float, card: int, wh: int) -> int:
        """StartTransaction; the number it got."""
        at = self.ago(hours)
        told = self._say(
            "StartTransaction", at,
            {"connectorId": 1, "idTag": self.cards[card].uid, "meterStart": self.wh + wh, "timestamp": format_time(at)},
        )  # fmt: skip
        return int(told.answer.reference)

    def stop(self, hours: float, number: int, wh: int, received: float | None = None, **more: Any) -> None:
        """StopTransaction with the readings before it."""
        at = self.ago(hours)
        payload = {"transactionId": number, "meterStop": self.wh + wh, "timestamp": format_time(at), **more}
        self._say("StopTransaction", self.ago(received if received is not None else hours), payload)

    def _say(self, action: str, received_at: datetime, payload: dict[str, Any]) -> Reported:
        name = f"demo-{next(_numbers)}"
        source = Source(self.station.pk, self.station.public_id, self.station.organisation_id, 0, received_at)
        report = ADAPTER.inbound(action, payload, name)
        told = transaction_report(source, report)  # type: ignore[arg-type]
        MessageExchange.objects.create(
            station=self.station, epoch=0, received_at=received_at, direction=Direction.IN, action=action,
            message_id=name, request=orjson.dumps([2, name, action, payload]).decode(),
            reply=orjson.dumps([3, name, ADAPTER.reply(action, report, told.answer)]).decode(), outcome="result",
        )  # fmt: skip
        return told


def _read(teller: _Teller, wh: int, hours: float) -> dict[str, Any]:
    value = {"timestamp": format_time(teller.ago(hours)), "sampledValue": [{"value": str(teller.wh + wh)}]}
    return {"transactionData": [value]}


def _orphan(teller: _Teller) -> None:
    """A stop under a number nobody gave out, while the transaction it fits never got one."""
    card = teller.cards[0].uid
    teller.start(28, 0, 0)
    number = teller.start(24, 1, 12_340)
    teller.stop(22, number, 19_000, reason="EVDisconnected", idTag=teller.cards[1].uid)
    teller.stop(25, 4711, 12_340, received=21, reason="Local", idTag=card)


def _late(teller: _Teller) -> None:
    """A stop that comes hours after its end was inferred, twice: it corrects by itself, the repeat is nothing."""
    first = teller.start(29, 0, 0)
    number = teller.start(26, 1, 9_870)
    teller.stop(24, number, 15_200, reason="EVDisconnected")
    for received in (20, 19.99):
        teller.stop(27, first, 9_870, received=received, reason="EVDisconnected", idTag=teller.cards[0].uid)


def _jump(teller: _Teller) -> None:
    """Ten minutes, and a register that grew by more than any charger delivers; then another stop."""
    number = teller.start(20, 0, 0)
    teller.stop(19.8, number, 131_000, reason="Local", **_read(teller, 1_450, 19.85))


def _knock(identity: str, now: datetime) -> None:
    """A charger that keeps calling with the wrong password."""
    at = now - timedelta(minutes=40)
    refusals_store(
        [
            Attempt(
                identity, "203.0.113.24", RefusalReason.WRONG_PASSWORD, "", ADAPTER.subprotocol, "demo charger/1.0", at,
                key_hashes=("none",), count=3,
            )
        ]
    )  # fmt: skip
