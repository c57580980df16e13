"""A station's transaction messages, taken in one by one by the rules of the gateway, without a socket."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction as database

from chargers.choices import OPEN_STATES
from chargers.domain import MeterReported, Report, TransactionAnswer, TransactionReported
from chargers.models import ChargingStation, MessageExchange, StationConnection, Transaction
from chargers.ocpp.adapters import of_message
from chargers.ocpp.normalise import accept
from chargers.ocpp.notes import marked
from chargers.ocpp.rpc.frames import CALL_RESULT
from chargers.ocpp.rpc.gate import parse
from chargers.ocpp.rpc.rereading import read_call
from chargers.ocpp.schemas import SchemaViolation
from chargers.services.source import Source
from chargers.services.stations.report import transaction_of
from chargers.services.transactions.messages import transaction_report
from chargers.services.transactions.meter import readings_store

EPOCH = 1
PLAYED = ("StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent")
"""The actions that make transactions and energy, of all versions."""

Payload = dict[str, Any]


class Player:
    """Plays messages of one station. The station's connection must be on `EPOCH`, as `ready` makes it."""

    def __init__(self, station: ChargingStation) -> None:
        self.station = station

    def ready(self) -> "Player":
        """Give the station a connection that may write."""
        StationConnection.objects.update_or_create(station=self.station, defaults={"epoch": EPOCH})
        return self

    def source(self, at: datetime) -> Source:
        """The station as the gateway knows it when a message comes at this time."""
        station = self.station
        return Source(station.pk, station.public_id, station.organisation_id, EPOCH, at)

    def take(
        self, action: str, payload: Payload, message_id: str, at: datetime, issued: str = ""
    ) -> str | None:
        """Take in one request; the reference of the transaction it belongs to, None if it was refused or has none.

        `issued` is the id that a start was answered with when it was first told.
        """
        adapter = of_message(action, payload)
        try:
            mended, notes = accept(adapter.version, action, payload, strict=self.station.strict)
        except SchemaViolation:
            return None
        report = marked(adapter.inbound(action, mended, message_id), notes)
        with database.atomic():
            return self._store(self.source(at), report, issued)

    def _store(self, source: Source, report: Report, issued: str) -> str | None:
        if isinstance(report, TransactionReported):
            answer: TransactionAnswer = transaction_report(source, replace(report, issued=issued)).answer
            return answer.reference
        if isinstance(report, MeterReported):
            running = self._running(report)
            readings_store(source, report.place, report.readings, running)
            return running.reference if running else None
        return None

    def _running(self, report: MeterReported) -> Transaction | None:
        """By its reference, else the only transaction open at that place."""
        mine = Transaction.objects.filter(station=self.station)
        if report.reference is not None:
            found = transaction_of(self.station.pk, report.reference)
            return mine.get(pk=found[0]) if found else None
        here = list(mine.filter(evse_no=report.place.evse_no, state__in=OPEN_STATES)[:2])
        return here[0] if len(here) == 1 else None


def play(player: Player, exchange: MessageExchange) -> None:
    """Play one row of the message log; what was refused then is refused again or changes nothing."""
    _, message_id, action, payload = read_call(exchange.request)
    player.take(action, payload, str(message_id), exchange.received_at, _issued(exchange.reply))


def _issued(reply: str) -> str:
    """The transaction id of an answer to a start; "" when it has none."""
    frame = parse(reply) if reply else []
    answered = len(frame) == 3 and frame[0] == CALL_RESULT and isinstance(frame[2], dict)
    return str(frame[2].get("transactionId", "")) if answered else ""
