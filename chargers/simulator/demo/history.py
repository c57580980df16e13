"""Ninety days of transactions and meter values from the recorded visits, written in bulk.

The rows are what the gateway would have stored, had the stations sent a value every quarter of an hour.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import connection

from chargers.choices import AuthorizationStatus, TokenType, TransactionEventKind, TransactionState
from chargers.domain import Reading
from chargers.models import ChargingStation, IdTag, MeterValue, Transaction, TransactionEvent
from chargers.ocpp.readings import Sampled, reading
from chargers.services.transactions.digests import digest
from cpms.core import partitions

from ..car import LINE_PAIRS
from ..visits import GARAGE_VOLTAGE_V, Visit, laid_over
from .cast import Part, holders

DAYS = 90
SAMPLE_EVERY = timedelta(minutes=15)
BATCH = 1_000
SETTLED = timedelta(minutes=1)
METER_COLUMNS = (
    "station_id, transaction_id, evse_no, connector_no, taken_at, received_at, context, energy_wh, power_w, "
    "current_a, voltage_v, soc_percent, samples, digest"
)
Told = tuple[Visit, Transaction, list[Reading]]


def write_history(parts: list[Part], visits: list[Visit], now: datetime) -> int:
    """Store every visit of the last 90 days that is over; how many there were."""
    start = now - timedelta(days=DAYS)
    partitions.ensure(MeterValue._meta.db_table, start, now)
    told = [_tell(*one) for one in _performances(parts, visits, start, now)]
    Transaction.objects.bulk_create([row for _, row, _ in told], batch_size=BATCH)
    TransactionEvent.objects.bulk_create(
        [one for visit, row, _ in told for one in _events(visit, row)], batch_size=BATCH
    )
    _copy_readings(told)
    return len(told)


def _performances(
    parts: list[Part], visits: list[Visit], start: datetime, now: datetime
) -> Iterator[tuple[Visit, Part, ChargingStation, IdTag, int]]:
    """Each visit that is over, with who played it and the register it began at."""
    players = {part.recorded: part for part in parts}
    stations = {row.identity: row for row in ChargingStation.objects.select_related("organisation")}
    tags = {(tag.organisation_id, tag.uid): tag for tag in IdTag.objects.all()}
    registers = {part.identity: 100_000 + Random(part.identity).randrange(900_000) for part in parts}
    laid = [visit for visit in laid_over(visits, now, start, now) if visit.station in players]
    for visit, uid in zip(laid, holders(laid), strict=True):
        part = players[visit.station]
        station = stations[part.identity]
        if visit.plug_out < now - SETTLED:
            yield visit, part, station, tags[station.organisation_id, uid], registers[part.identity]
            registers[part.identity] += visit.energy_wh


def _tell(visit: Visit, part: Part, station: ChargingStation, tag: IdTag, register_wh: int) -> Told:
    rng = Random(f"{part.identity} {visit.plug_in}")
    row = Transaction(
        organisation=station.organisation,
        station=station,
        reference=str(rng.randrange(1, 2**31)),
        natural_key=digest("history", part.identity, visit.plug_in),
        evse_no=1,
        connector_no=1,
        id_tag=tag,
        uid=tag.uid,
        token_type=TokenType.ISO14443,
        authorization=AuthorizationStatus.ACCEPTED,
        state=TransactionState.ENDED,
        started_at=visit.plug_in,
        start_received_at=visit.plug_in,
        ended_at=visit.plug_out,
        end_received_at=visit.plug_out,
        meter_start_wh=register_wh,
        meter_stop_wh=register_wh + visit.energy_wh,
        energy_wh=visit.energy_wh,
        stop_reason=rng.choice(["Local", "EVDisconnected", "EVDisconnected", "Remote"]),
        stop_uid=tag.uid,
    )
    return visit, row, list(_readings(visit, register_wh, rng))


def _events(visit: Visit, row: Transaction) -> Iterator[TransactionEvent]:
    ends = [
        (TransactionEventKind.STARTED, visit.plug_in, row.meter_start_wh),
        (TransactionEventKind.ENDED, visit.plug_out, row.meter_stop_wh),
    ]
    for kind, at, meter_wh in ends:
        content = digest(row.natural_key, kind)
        yield TransactionEvent(
            transaction=row, kind=kind, at=at, received_at=at, meter_wh=meter_wh, digest=content
        )


def _readings(visit: Visit, register_wh: int, rng: Random) -> Iterator[Reading]:
    """A value every quarter of an hour while power flows, one when it ceases, one at the end."""
    car = visit.car(rng)
    soc_percent, battery_wh = car.soc_percent, car.battery_wh
    at = visit.plug_in
    while at < visit.charged_at:
        taken_wh = visit.power_w * (at - visit.plug_in).total_seconds() / 3600
        yield _reading(
            visit, at, register_wh + int(taken_wh), soc_percent + taken_wh * 100 / battery_wh, True
        )
        at += SAMPLE_EVERY
    full_percent = soc_percent + visit.energy_wh * 100 / battery_wh
    for at in sorted({min(visit.charged_at, visit.plug_out), visit.plug_out}):
        yield _reading(visit, at, register_wh + visit.energy_wh, full_percent, False)


def _reading(visit: Visit, at: datetime, energy_wh: int, soc_percent: float, flows: bool) -> Reading:
    power_w = visit.power_w if flows else 0
    wire, ends = LINE_PAIRS[visit.line_pair][0]
    found = reading(
        at,
        [
            Sampled(energy_wh, "Energy.Active.Import.Register", "Wh"),
            Sampled(power_w, "Power.Active.Import", "W"),
            Sampled(round(power_w / GARAGE_VOLTAGE_V, 1), "Current.Import", "A", wire),
            Sampled(GARAGE_VOLTAGE_V, "Voltage", "V", ends),
            Sampled(round(soc_percent, 1), "SoC", "Percent", location="EV"),
        ],
    )
    assert found is not None
    return found


def _copy_readings(told: list[Told]) -> None:
    statement = f"COPY {MeterValue._meta.db_table} ({METER_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for _, row, readings in told:
            for one in readings:
                copy.write_row(_columns(row, one))


def _columns(row: Transaction, one: Reading) -> tuple[object, ...]:
    samples = json.dumps(one.samples)
    return (
        row.station_id, row.pk, 1, 1, one.at, one.at, one.context, one.energy_wh, one.power_w,
        one.current_a, one.voltage_v, one.soc_percent, samples, one.digest,
    )  # fmt: skip
