"""Charging profiles as OCPP writes them, and a station to put them on."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from smartcharging.engine.composite import (
    Capabilities,
    Context,
    Edition,
    Installed,
    Limit,
    Request,
    Transaction,
    Unit,
    composite,
    read_profile,
)

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
EIGHT_S = int(EIGHT.timestamp())
HOUR_S = 3600


def iso(offset_s: int) -> str:
    """A time, in seconds after eight o'clock."""
    return (EIGHT + timedelta(seconds=offset_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def profile_json(*limits: float | tuple[int, float], **fields: Any) -> dict[str, Any]:
    """A profile; limits are plain for the only period or `(startPeriod, limit)`.

    `start`, `valid_from` and `valid_to` count from eight o'clock; other fields go where OCPP has them.
    """
    periods = [limit if isinstance(limit, tuple) else (0, limit) for limit in limits]
    schedule: dict[str, Any] = {
        "id": 1,
        "chargingRateUnit": fields.pop("unit", "A"),
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": limit} | fields.get("period", {}) for start, limit in periods
        ],
    }
    fields.pop("period", None)
    kind = fields.get("chargingProfileKind", "Absolute")
    if (start := fields.pop("start", None if kind in ("Relative", "Dynamic") else -HOUR_S)) is not None:
        schedule["startSchedule"] = iso(start)
    for name in ("duration", "minChargingRate", "randomizedDelay", "useLocalTime", "limitAtSoC"):
        if name in fields:
            schedule[name] = fields.pop(name)
    for name, wire in (("valid_from", "validFrom"), ("valid_to", "validTo")):
        if name in fields:
            fields[wire] = iso(fields.pop(name))
    return {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": kind,
        "chargingSchedule": [schedule],
    } | fields


def on(connector: int, *limits: float | tuple[int, float], **fields: Any) -> Installed:
    """An installed profile."""
    return Installed(connector, read_profile(profile_json(*limits, **fields)))


def tx(connector: int, *limits: float | tuple[int, float], **fields: Any) -> Installed:
    """An installed TxProfile of transaction 7."""
    return on(
        connector, *limits, **{"chargingProfilePurpose": "TxProfile", "id": 2, "transactionId": 7} | fields
    )


def station_max(*limits: float | tuple[int, float], **fields: Any) -> Installed:
    """An installed maximum of the station."""
    return on(0, *limits, **{"chargingProfilePurpose": "ChargingStationMaxProfile", "id": 3} | fields)


def running(start: int = -HOUR_S, transaction_id: str = "7", **fields: Any) -> Transaction:
    """A transaction, begun so many seconds after eight o'clock."""
    return Transaction(transaction_id, EIGHT_S + start, **fields)


def station(
    *,
    connectors: int = 1,
    phases: int = 3,
    edition: Edition = Edition.OCPP_2_0_1,
    transactions: dict[int, Transaction] | None = None,
    **fields: Any,
) -> Context:
    """A station of 32 A connectors."""
    return Context(
        hardware=dict.fromkeys(range(1, connectors + 1), Limit(Fraction(32), Unit.AMPERE, phases)),
        transactions=transactions or {},
        edition=edition,
        **fields,
    )


AMPERE_ONLY = Capabilities(frozenset({Unit.AMPERE}), max_stack_level=5, max_periods=3, max_profiles=2)


def amps(
    installed: list[Installed],
    context: Context | None = None,
    *,
    connector: int = 1,
    start: int = 0,
    duration: int = 2 * HOUR_S,
) -> list[tuple[int, float]]:
    """The composite from eight o'clock as (second, ampere)."""
    request = Request(connector, EIGHT_S + start, duration)
    schedule = composite(installed, request, context or station())
    return [(period.start_s, float(period.current_a)) for period in schedule.periods]
