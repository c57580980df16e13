"""What is known of a session, gathered from what its station said into one document.

`{"meter": {...}, "states": [{"t", "state"}], "start", "zone", "country", "now", "set_aside", "doubts"}`: `meter` is in
the form of `billing.pricing.meter.document`, instants are ISO 8601 texts. Sessions with signed values have "signature"
too: why they leave a doubt, in sentences. `docs/algorithms/rating-life.md` says why.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from billing.pricing.meter import Measurand
from billing.pricing.meter.document import MAX_READINGS
from billing.pricing.timeline import State
from billing.services.signatures.proof import proof_of
from chargers.choices import ConnectorStatus, Direction, TransactionEventKind, TransactionState
from chargers.domain import StatusReported
from chargers.models import ChargingStation, Connector, MessageExchange, MeterValue, Transaction
from chargers.ocpp import describe
from chargers.ocpp.measurands import SIGNED
from chargers.services.transactions.facts import SET_ASIDE
from chargers.services.transactions.meter import MOST_POWER_W
from chargers.services.transactions.times import AHEAD, instant

Document = dict[str, Any]
Change = tuple[datetime, State]

# Plugging in is told before the start, sometimes minutes before it.
BEFORE_START: Final = timedelta(minutes=15)
MOST_STATUSES: Final = 2_000
_ENERGY: Final = (Measurand.IMPORT_REGISTER, Measurand.IMPORT_INTERVAL, Measurand.EXPORT_REGISTER)
_ABOUT: Final = ("unit", "measurand", "phase", "location", "context")
# OCPP 2.0.1 ChargingStateEnumType; what is idle is not plugged in, so nobody parks.
_CHARGING_STATES: Final = {
    "Charging": State.CHARGING,
    "SuspendedEV": State.SUSPENDED_EV,
    "SuspendedEVSE": State.SUSPENDED_EVSE,
    "Idle": State.PREPARING,
}
# OCPP 1.6 §7.7. A fault is no choice of the driver's: nobody pays for its time.
_STATUSES: Final = {
    ConnectorStatus.PREPARING: State.PREPARING,
    ConnectorStatus.CHARGING: State.CHARGING,
    ConnectorStatus.SUSPENDED_EV: State.SUSPENDED_EV,
    ConnectorStatus.SUSPENDED_EVSE: State.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING: State.FINISHED,
    ConnectorStatus.FAULTED: State.SUSPENDED_EVSE,
    ConnectorStatus.UNAVAILABLE: State.SUSPENDED_EVSE,
}


def evidence(session: Transaction) -> Document:
    """The document of a session. One that runs is told as if its last reading were its stop."""
    values = list(MeterValue.objects.filter(transaction=session).order_by("received_at", "id")[:MAX_READINGS])
    stop_at, stop_wh = _stop(session, values)
    received = [session.start_received_at, *(value.received_at for value in values)]
    now = max([*received, session.end_received_at or session.start_received_at]) + AHEAD
    document: Document = {
        "meter": {
            "max_power_kw": Decimal(_max_power_w(session)) / 1000,
            "session_start": _text(session.started_at),
            "meter_start_wh": session.meter_start_wh,
            "meter_stop": None if stop_at is None else {"t": _text(stop_at), "wh": stop_wh},
            "readings": list(_readings(values)),
        },
        "states": [{"t": _text(at), "state": state} for at, state in _states(session, stop_at or now, now)],
        "start": _text(session.started_at),
        "now": _text(now),
        "zone": zone_of(session.station),
        "country": country_of(session.station),
        "set_aside": SET_ASIDE in session.flags,
        "doubts": _doubts(session),
    }
    return _with_signatures(document, session)


def _with_signatures(document: Document, session: Transaction) -> Document:
    """What is signed beside what is not; without signed values the document is what it would be without this."""
    proof = proof_of(session)
    readings = document["meter"]["readings"]
    document["meter"]["readings"] = readings[: MAX_READINGS - len(proof.evidence)] + proof.evidence
    return document | ({"signature": list(proof.doubts)} if proof.doubts else {})


def zone_of(station: ChargingStation) -> str:
    """The zone of the station's site, else of its organisation."""
    return station.site.time_zone if station.site else station.organisation.time_zone


def country_of(station: ChargingStation) -> str:
    """ISO 3166-1 of the place where the energy is taken, "" where it is not known."""
    return station.site.country if station.site else ""


def _stop(session: Transaction, values: list[MeterValue]) -> tuple[datetime | None, int | None]:
    """Time and register of the end. An end that we inferred is none: time is charged up to the last evidence."""
    if session.state == TransactionState.INFERRED_END:
        return None, None
    if not session.is_open:
        return session.ended_at, session.meter_stop_wh
    told = [value for value in values if value.energy_wh is not None]
    last = max(told, key=lambda value: (value.taken_at, value.pk), default=None)
    return (last.taken_at, last.energy_wh) if last else (None, None)


def _max_power_w(session: Transaction) -> int:
    """What the connector delivers at most; what no charger exceeds where that is not known."""
    here = Connector.objects.filter(evse__station_id=session.station_id, evse__number=session.evse_no or 0)
    known = here.filter(number=session.connector_no or 1).values_list("max_power_w", flat=True).first()
    return known or MOST_POWER_W


def _readings(values: list[MeterValue]) -> Iterator[Document]:
    """Sampled values of energy in order of receipt; power only where nobody measured energy."""
    samples = [
        (value, sample) for value in values for sample in _samples(value) if sample.get("format") != SIGNED
    ]
    energies = [each for each in samples if each[1].get("measurand") in _ENERGY]
    chosen = energies or [each for each in samples if each[1].get("measurand") == Measurand.IMPORT_POWER]
    for value, sample in chosen[:MAX_READINGS]:
        about: Document = {name: sample[name] for name in _ABOUT if name in sample}
        yield {"t": _text(value.taken_at), "value": sample.get("value"), **about}


def _samples(value: MeterValue) -> list[Document]:
    """Its samples; a value that came as a register alone is one."""
    if value.samples or value.energy_wh is None:
        return list(value.samples)
    return [{"measurand": Measurand.IMPORT_REGISTER, "value": value.energy_wh}]


def _states(session: Transaction, until: datetime, now: datetime) -> list[Change]:
    """What the place was doing, in order of time, from the state it began in."""
    told = sorted(
        [*_told_in_messages(session)] or [*_told_of_connector(session, now)], key=lambda one: one[0]
    )
    before = [change for change in told if change[0] <= session.started_at]
    during = [change for change in told if session.started_at < change[0] <= until]
    # What was left over from the session before is no state of this one.
    first = [(session.started_at, before[-1][1])] if before and before[-1][1] is not State.FINISHED else []
    return first + during


def _told_in_messages(session: Transaction) -> Iterator[Change]:
    """In 2.x the session's own messages tell (OCPP 2.0.1 E02)."""
    energy_has_flowed = False
    events = session.events.filter(conflict=False).exclude(charging_state="").order_by("at", "seq_no", "id")
    for event in events:
        state = _CHARGING_STATES.get(event.charging_state)
        if event.charging_state == "EVConnected":
            state = State.FINISHED if energy_has_flowed else State.PREPARING
        energy_has_flowed = energy_has_flowed or state is State.CHARGING
        if state is not None and event.kind != TransactionEventKind.ENDED:
            yield event.at, state


def _told_of_connector(session: Transaction, now: datetime) -> Iterator[Change]:
    """In 1.6 only the connector tells (OCPP 1.6 §4.9)."""
    log = MessageExchange.objects.filter(
        station_id=session.station_id, direction=Direction.IN, action=describe.STATUS,
        received_at__range=(session.started_at - BEFORE_START, now),
    )  # fmt: skip
    for row in log.order_by("received_at", "id")[:MOST_STATUSES]:
        told = describe.report_of(row.action, row.request, row.message_id)
        if (
            isinstance(told, StatusReported)
            and told.place.evse_no == session.evse_no
            and told.status in _STATUSES
        ):
            yield instant(told.at, row.received_at), _STATUSES[told.status]


def _doubts(session: Transaction) -> list[str]:
    return ["times"] if session.ended_at is not None and session.ended_at < session.started_at else []


def _text(moment: datetime) -> str:
    return moment.isoformat()
