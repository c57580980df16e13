"""Watching what one station tells for what it tells of the station itself. Nothing here delays an answer."""

from datetime import datetime
from typing import TYPE_CHECKING

from chargers import domain
from chargers.choices import CLOCK_WRONG_S, FactKind, Quirk
from chargers.ocpp.normalise import fits_another_version
from chargers.ocpp.rpc import CallReceived
from chargers.services.learned import answers as learned_answers
from chargers.services.learned.phases import lines_in_use, phases_learn
from chargers.services.transactions import uncertain
from chargers.services.transactions.messages import Reported

from ..admission.facts import OpenTransaction
from . import oddities
from .notebook import Notebook
from .skew import Skew

if TYPE_CHECKING:
    from .session import Session

_ALL_LINES = 3


class Observer:
    """The looks at the messages of one session, in their order."""

    def __init__(self, session: "Session", notebook: Notebook) -> None:
        self._session = session
        self._notebook = notebook
        self._skew = Skew()
        self._lines: set[str] = set()
        self._has_told = False

    def report(
        self, report: domain.Report, notes: tuple[Quirk, ...], call: CallReceived, at: datetime
    ) -> None:
        """Look at a report before it is served; `notes` are what was mended in it."""
        station = self._session.station
        found = (*notes, *oddities.of_report(station, report))
        if isinstance(report, domain.Booted):
            found = (*found, *self._boot(at))
        self._has_told = True
        if found:
            self._notebook.quirks(found)
        if isinstance(report, domain.StatusReported):
            self._clock(report, call, at)

    def _boot(self, at: datetime) -> list[Quirk]:
        session = self._session
        found = oddities.of_boot(session.station, session.booted, self._has_told)
        if Quirk.REBOOT_WHILE_CHARGING in found:
            self._notebook.run(uncertain.transactions_uncertain, session.station.station_id, at)
        if "message" in session.station.awaited:
            self._notebook.run(
                learned_answers.booted_after_trigger, session.station.station_id, session.epoch
            )
        return found

    def _clock(self, report: domain.StatusReported, call: CallReceived, at: datetime) -> None:
        offset_s = self._skew.take(report.at, at)
        if offset_s is None:
            return
        evidence = {
            "message_id": str(call.message_id)[:255],
            "said": str(report.at),
            "received": at.isoformat(),
        }
        self._notebook.fact(FactKind.CLOCK, offset_s, evidence)
        if abs(offset_s) > CLOCK_WRONG_S:
            self._notebook.quirks([Quirk.CLOCK_WRONG])

    def readings(
        self, report: domain.MeterReported, running: OpenTransaction | None, call: CallReceived, at: datetime
    ) -> None:
        """Look at readings and the transaction they belong to."""
        self._notebook.quirks(oddities.of_readings(running))
        if running is None or len(self._lines) == _ALL_LINES:
            return
        fresh = lines_in_use(report.readings) - self._lines
        if fresh:
            self._lines |= fresh
            evidence = {"message_id": str(call.message_id)[:255], "transaction": running.public_id}
            station_id = self._session.station.station_id
            self._notebook.run(phases_learn, station_id, set(self._lines), evidence, at)

    def transaction(self, reported: Reported) -> None:
        """Look at what a transaction message turned out to be."""
        self._notebook.quirks(reported.quirks)

    def is_of_another_version(self, call: CallReceived) -> bool:
        """Look at a call that could not be understood; whether it is a good one of another version."""
        version = self._session.adapter.version
        other = fits_another_version(version, call.action, call.payload)
        self._notebook.quirks([Quirk.OTHER_VERSION if other else Quirk.REFUSED])
        return other
