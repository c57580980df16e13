"""Answering a station's CALLs: normalise, validate, translate, store, commit, answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from chargers import domain
from chargers.choices import Registration
from chargers.models import MessageExchange
from chargers.ocpp import quirks
from chargers.ocpp.normalise import accept
from chargers.ocpp.notes import Quirk, marked
from chargers.ocpp.rpc import CallReceived, ErrorKind
from chargers.ocpp.rpc.frames import CallResult
from chargers.ocpp.schemas import SchemaViolation, validate
from chargers.services.cases import review as cases_review
from chargers.services.commands import effects
from chargers.services.reports import report_take
from chargers.services.stations import report as stations_report
from chargers.services.transactions.messages import Reported, transaction_report
from cpms.core import clock

from .. import failpoints
from ..admission.facts import OpenTransaction
from ..storing import units
from ..storing.unit import Refused, Unit
from .oddities import of_mended
from .rhythm import interval_s

if TYPE_CHECKING:
    from .session import Session

Payload = dict[str, Any]
MAX_LOOKED_UP = 64


class Intake:
    """Serves the CALLs of one session, one at a time."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self._looked_up: dict[str, OpenTransaction | None] = {}
        self._handlers = {
            domain.Beat: self._beat,
            domain.Booted: self._booted,
            domain.StatusReported: self._status,
            domain.MeterReported: self._meter,
            domain.TransactionReported: self._transaction,
            domain.DataReceived: self._data,
            domain.Acknowledged: self._acknowledged,
        }

    async def serve(self, call: CallReceived, text: str, at: datetime) -> None:
        """Answer one CALL. Raises `Fenced` or `DatabaseAway`, on which no answer may leave."""
        adapter, strict = self.session.adapter, self.session.station.strict
        try:
            payload, notes = accept(adapter.version, call.action, call.payload, strict=strict)
            notes = tuple(dict.fromkeys((*of_mended(call), *notes)))
            report = marked(self._report(call, payload), notes)
        except SchemaViolation as violation:
            await self._refuse(call, text, at, violation.kind, str(violation))
            return
        log = units.Log(self.session, call, text, at, tuple(notes))
        self.session.observer.report(report, notes, call, at)
        await self._handlers.get(type(report), self._by_service)(report, log)  # type: ignore[operator]
        self._reached("after_answer", log)
        # Heartbeats show nothing new, unless they are logged for somebody who watches.
        if not isinstance(report, domain.Beat) or self.session.is_watched:
            self.session.runtime.changed(self.session.station)

    def _report(self, call: CallReceived, payload: Payload) -> domain.Report:
        adapter = self.session.adapter
        if call.action not in adapter.inbound_actions:
            raise SchemaViolation(ErrorKind.NOT_IMPLEMENTED, "", "not implemented")
        report = adapter.inbound(call.action, payload, str(call.message_id))
        unregistered = adapter.refuses_unregistered and not self.session.station.is_accepted
        if unregistered and not isinstance(report, domain.Booted):
            raise SchemaViolation(ErrorKind.SECURITY, "", "not accepted yet")
        return report

    async def _refuse(self, call: CallReceived, text: str, at: datetime, kind: ErrorKind, why: str) -> None:
        if kind is not ErrorKind.SECURITY and self.session.observer.is_of_another_version(call):
            kind = ErrorKind.FORMAT
        answer = self.session.endpoint.error(call.message_id, kind, why[:255])
        log = units.Log(self.session, call, text, at, ())
        await self._store(units.plain(log, answer, "error"))
        await self.session.send(answer)
        self.session.runtime.changed(self.session.station)

    # Fast: memory and the batched writer.

    async def _beat(self, report: domain.Beat, log: units.Log) -> None:
        self.session.heard(log.at, beats=1)
        answer = self._answer(report, log, domain.BeatAnswer(clock.now()))
        if self.session.is_watched:
            await self._store(units.plain(log, answer))
        await self.session.send(answer)
        await self._effect_message(log)

    async def _booted(self, report: domain.Booted, log: units.Log) -> None:
        session = self.session
        answer = self._answer(report, log, self._boot_answer())
        await self._store(units.boot(log, answer, report))
        await session.send(answer)
        session.booted = True
        if "booted" in session.station.awaited:
            session.station.awaited.discard("booted")
            await session.runtime.threads.run(effects.booted, session.station.station_id, log.at)
        await self._effect_message(log)
        session.calls.resume()

    def _boot_answer(self) -> domain.BootAnswer:
        station = self.session.station
        registration = Registration(station.registration)
        return domain.BootAnswer(registration, clock.now(), interval_s(station.is_accepted))

    async def _status(self, report: domain.StatusReported, log: units.Log) -> None:
        session, place = self.session, report.place
        answer = self._answer(report, log, domain.Answer())
        if place.evse_no == 0:
            await self._in_thread(log, answer, stations_report.station_status, session.source(log.at), report)
        else:
            connector = await self._connector(place)
            if connector is None:
                self.session.notebook.quirks([Quirk.TOO_MANY_CONNECTORS])
                await self._store(units.plain(log, answer))
            else:
                await self._store(units.status(log, answer, report, connector))
        await session.send(answer)
        await self._after_status(report, log)

    async def _connector(self, place: domain.Place) -> Any:
        """The connector's key and status; created on first sight, None beyond the cap."""
        station = self.session.station
        key = (place.evse_no, place.connector_no or 1)
        if key not in station.connectors:
            seen = await self.session.runtime.threads.run(
                stations_report.connector_seen, station.station_id, *key
            )
            if seen is None:
                return None
            station.connectors[key] = units.KnownConnector(seen, "")
        return station.connectors[key]

    async def _after_status(self, report: domain.StatusReported, log: units.Log) -> None:
        station, place = self.session.station, report.place
        if station.awaited & {"availability", "transaction_started"}:
            numbers = (place.evse_no, place.connector_no)
            run = self.session.runtime.threads.run
            await run(effects.status_reported, station.station_id, *numbers, report.status)
        await self._effect_message(log, place.evse_no)

    async def _meter(self, report: domain.MeterReported, log: units.Log) -> None:
        running = await self._running(report)
        self.session.observer.readings(report, running, log.call, log.at)
        answer = self._answer(report, log, domain.Answer())
        self._reached("before_commit", log)
        await self._store(units.meter(log, answer, report, running))
        self._reached("after_commit", log)
        await self.session.send(answer)
        await self._effect_message(log, report.place.evse_no)

    async def _running(self, report: domain.MeterReported) -> OpenTransaction | None:
        """The transaction a reading belongs to: by its reference, else the only one open at that place."""
        transactions = self.session.station.transactions
        if report.reference is not None:
            found = transactions.get(report.reference)
            return found or await self._look_up(report.reference, report.place)
        here = [t for t in transactions.values() if t.evse_no == report.place.evse_no]
        return here[0] if len(here) == 1 else None

    async def _look_up(self, reference: str, place: domain.Place) -> OpenTransaction | None:
        """A reading may come after its transaction's stop, or for one nobody knows: asked once, then remembered."""
        if reference not in self._looked_up:
            if len(self._looked_up) >= MAX_LOOKED_UP:
                self._looked_up.clear()
            find = stations_report.transaction_of
            key, run = self.session.station.station_id, self.session.runtime.threads.run
            found = await run(find, key, reference)
            self._looked_up[reference] = OpenTransaction(*found) if found else None
            if found is None:
                await run(cases_review.reading_unmatched, key, reference, place, clock.now())
        return self._looked_up[reference]

    async def _data(self, report: domain.DataReceived, log: units.Log) -> None:
        refusal = quirks.find(report)
        if not isinstance(refusal, str):
            await self._by_service(report, log)
            return
        answer = self._answer(report, log, domain.DataAnswer(refusal))
        await self._store(units.plain(log, answer))
        await self.session.send(answer)

    async def _acknowledged(self, report: domain.Acknowledged, log: units.Log) -> None:
        answer = self._answer(report, log, domain.Answer())
        await self._store(units.plain(log, answer))
        await self.session.send(answer)
        await self._effect_message(log)

    # Services: one database transaction each, in a thread.

    async def _transaction(self, report: domain.TransactionReported, log: units.Log) -> None:
        session = self.session
        source = session.source(log.at)

        def work() -> tuple[Reported, str]:
            with transaction.atomic():
                reported = transaction_report(source, report)
                answer = self._encode(report, log, reported.answer)
                MessageExchange.objects.create(**log.row(answer))
                self._reached("before_commit", log)
            self._reached("after_commit", log)
            return reported, answer

        reported, answer = await session.runtime.threads.run(work)
        session.endpoint.answered(log.call.message_id)
        self._remember(reported)
        self.session.observer.transaction(reported)
        await session.send(answer)
        # Asked for meter values, a 2.x station tells them in its transaction (OCPP 2.0.1 F06).
        also = ("MeterValues",) if report.trigger == "Trigger" else ()
        await self._effect_message(log, reported.transaction.evse_no, *also)

    def _remember(self, reported: Reported) -> None:
        """Keep the list of open transactions that readings are matched with: one at a place."""
        row, station = reported.transaction, self.session.station
        self._looked_up.clear()
        station.transactions.pop(row.reference, None)
        if row.is_open:
            others = {k: t for k, t in station.transactions.items() if t.evse_no != row.evse_no}
            place = (row.evse_no, row.connector_no)
            station.transactions = others | {
                row.reference: OpenTransaction(row.pk, row.public_id, *place, row.state)
            }

    async def _by_service(self, report: domain.Report, log: units.Log) -> None:
        """What `chargers.services.reports` has a service for: stored with its exchange, then answered."""
        source = self.session.source(log.at)

        def work() -> str:
            with transaction.atomic():
                answer = self._encode(report, log, report_take(source, report))
                MessageExchange.objects.create(**log.row(answer))
            return answer

        answer = await self.session.runtime.threads.run(work)
        self.session.endpoint.answered(log.call.message_id)
        await self.session.send(answer)
        await self._effect_message(log)

    async def _in_thread(self, log: units.Log, answer: str, service: Any, *arguments: Any) -> None:
        def work() -> None:
            with transaction.atomic():
                service(*arguments)
                MessageExchange.objects.create(**log.row(answer))

        await self.session.runtime.threads.run(work)

    # Shared.

    def _reached(self, place: str, log: units.Log) -> None:
        failpoints.reached(place, log.call.action, self.session.station.identity)

    def _encode(self, report: domain.Report, log: units.Log, answer: domain.Answer) -> str:
        """The answer's text, validated: a station that gets a malformed answer may refuse to charge."""
        adapter, action = self.session.adapter, log.call.action
        payload = adapter.reply(action, report, answer)
        validate(adapter.version, action, "response", payload)
        return CallResult(log.call.message_id, payload).encode()

    def _answer(self, report: domain.Report, log: units.Log, answer: domain.Answer) -> str:
        text = self._encode(report, log, answer)
        self.session.endpoint.answered(log.call.message_id)
        return text

    async def _store(self, unit: Unit) -> None:
        try:
            await self.session.runtime.writer.store(unit)
        except Refused:
            # The values cannot be stored as they are; the exchange itself can, so nothing is lost unseen.
            bare = Unit(
                unit.station_id, unit.epoch, exchanges=[units.harmless(row) for row in unit.exchanges]
            )
            await self.session.runtime.writer.store(bare)

    async def _effect_message(self, log: units.Log, evse_no: int | None = None, *also: str) -> None:
        station = self.session.station
        if "message" in station.awaited:
            names, run = (log.call.action, *also), self.session.runtime.threads.run
            if not await run(effects.message_received, station.station_id, names, evse_no):
                station.awaited.discard("message")
