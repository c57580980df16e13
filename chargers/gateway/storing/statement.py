"""The one statement that stores a batch: fenced by epochs, atomic by itself.

Every part reads its rows from `unnest`ed columns and keeps those whose socket is still its station's
newest; the result names the sockets that are.
"""

from collections.abc import Iterable
from typing import Any

from .columns import Column, Documents, Floats, Integers, Texts, Times
from .unit import Unit

Spec = tuple[tuple[str, type[Column], str], ...]

EXCHANGE: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("received_at", Times, "timestamptz"),
    ("direction", Texts, "text"),
    ("action", Texts, "text"),
    ("message_id", Texts, "text"),
    ("request", Texts, "text"),
    ("reply", Texts, "text"),
    ("outcome", Texts, "text"),
    ("notes", Texts, "text"),
)
METER: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("transaction_id", Integers, "bigint"),
    ("evse_no", Integers, "bigint"),
    ("connector_no", Integers, "bigint"),
    ("taken_at", Times, "timestamptz"),
    ("received_at", Times, "timestamptz"),
    ("context", Texts, "text"),
    ("energy_wh", Integers, "bigint"),
    ("power_w", Floats, "float8"),
    ("current_a", Floats, "float8"),
    ("voltage_v", Floats, "float8"),
    ("soc_percent", Floats, "float8"),
    ("samples", Documents, "jsonb"),
    ("digest", Integers, "bigint"),
)
STATUS: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("connector_id", Integers, "bigint"),
    ("status", Texts, "text"),
    ("status_at", Times, "timestamptz"),
    ("received_at", Times, "timestamptz"),
    ("error_code", Texts, "text"),
    ("error_info", Texts, "text"),
    ("vendor_error_code", Texts, "text"),
)
BOOT: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("at", Times, "timestamptz"),
    ("reason", Texts, "text"),
    ("vendor", Texts, "text"),
    ("model", Texts, "text"),
    ("serial_number", Texts, "text"),
    ("firmware_version", Texts, "text"),
    ("iccid", Texts, "text"),
    ("imsi", Texts, "text"),
    ("meter_type", Texts, "text"),
    ("meter_serial_number", Texts, "text"),
)
STATE: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("transaction_id", Integers, "bigint"),
    ("state", Texts, "text"),
)
EVENT: Spec = (
    ("station_id", Integers, "bigint"),
    ("epoch", Integers, "bigint"),
    ("organisation_id", Integers, "bigint"),
    ("type", Texts, "text"),
    ("subject", Texts, "text"),
    ("payload", Documents, "jsonb"),
    ("occurred_at", Times, "timestamptz"),
)
FENCE: Spec = (("station_id", Integers, "bigint"), ("epoch", Integers, "bigint"))


def _rows(part: str, spec: Spec) -> str:
    columns = ", ".join(name for name, _, _ in spec)
    arrays = ", ".join(f"%({part}_{name})b::{kind}[]" for name, _, kind in spec)
    return f"unnest({arrays}) AS r({columns})"


def _select(part: str, spec: Spec, columns: str) -> str:
    # The columns are our own constants; values travel as parameters.
    return (
        f"SELECT {columns} FROM {_rows(part, spec)} WHERE (r.station_id, r.epoch) IN (SELECT * FROM newest)"  # noqa: S608
    )


def _names(spec: Spec, without: Iterable[str] = ()) -> str:
    return ", ".join(name for name, _, _ in spec if name not in without)


# A 2.x station says "Occupied" again when it comes back; what its running transaction told is still true.
_STATUS = """CASE WHEN r.status = 'Occupied' AND c.status IN ('Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE')
    AND EXISTS (
        SELECT 1 FROM chargers_transaction t JOIN chargers_evse e ON e.id = c.evse_id
        WHERE t.station_id = r.station_id AND t.evse_no = e.number AND t.state IN ('pending', 'charging', 'suspended')
    ) THEN c.status ELSE r.status END"""
_FENCED = "(r.station_id, r.epoch) IN (SELECT * FROM newest)"
SQL = f"""
WITH newest AS MATERIALIZED (
    SELECT r.station_id, r.epoch FROM {_rows("fence", FENCE)}
    JOIN chargers_stationconnection c ON c.station_id = r.station_id AND c.epoch = r.epoch
), exchanges AS (
    INSERT INTO chargers_messageexchange ({_names(EXCHANGE)}) {_select("exchange", EXCHANGE, _names(EXCHANGE))}
), meters AS (
    INSERT INTO chargers_metervalue ({_names(METER, ["epoch"])}) {_select("meter", METER, _names(METER, ["epoch"]))}
    ON CONFLICT DO NOTHING
), statuses AS (
    UPDATE chargers_connector c SET status = {_STATUS}, status_at = r.status_at, status_received_at =
        CASE WHEN c.status = r.status THEN c.status_received_at ELSE r.received_at END,
        error_code = r.error_code, error_info = r.error_info, vendor_error_code = r.vendor_error_code
    FROM {_rows("status", STATUS)}
    WHERE c.id = r.connector_id AND (c.status_at IS NULL OR c.status_at <= r.status_at) AND {_FENCED}
), boots AS (
    UPDATE chargers_chargingstation s SET last_boot_at = r.at, last_boot_reason = r.reason, vendor = r.vendor,
        model = r.model, serial_number = r.serial_number, firmware_version = r.firmware_version, iccid = r.iccid,
        imsi = r.imsi, meter_type = r.meter_type, meter_serial_number = r.meter_serial_number
    FROM {_rows("boot", BOOT)} WHERE s.id = r.station_id AND {_FENCED}
), states AS (
    UPDATE chargers_transaction t SET state = r.state FROM {_rows("state", STATE)}
    WHERE t.id = r.transaction_id AND t.state IN ('pending', 'charging', 'suspended') AND {_FENCED}
), events AS (
    INSERT INTO core_outboxevent ({_names(EVENT, ["station_id", "epoch"])})
    {_select("event", EVENT, _names(EVENT, ["station_id", "epoch"]))}
)
SELECT station_id, epoch FROM newest
"""  # noqa: S608


def parameters(units: list[Unit]) -> dict[str, Column]:
    """The columns of a batch. Of several statuses of one connector (or boots of one station) the last one counts."""
    fence = {unit.key: unit.key for unit in units}
    parts: tuple[tuple[str, Spec, list[tuple[Any, ...]]], ...] = (
        ("fence", FENCE, list(fence.values())),
        ("exchange", EXCHANGE, [row for unit in units for row in unit.exchanges]),
        ("meter", METER, [row for unit in units for row in unit.readings]),
        ("status", STATUS, _last(unit.status for unit in units)),
        ("boot", BOOT, _last(unit.boot for unit in units)),
        ("state", STATE, _last(unit.state for unit in units)),
        ("event", EVENT, [row for unit in units for row in unit.events]),
    )
    return {name: column for part, spec, rows in parts for name, column in _columns(part, spec, rows)}


def _columns(part: str, spec: Spec, rows: list[tuple[Any, ...]]) -> Iterable[tuple[str, Column]]:
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else [()] * len(spec)
    for (name, kind, _), values in zip(spec, columns, strict=True):
        yield f"{part}_{name}", kind(values)


def _last(rows: Iterable[tuple[Any, ...] | None]) -> list[tuple[Any, ...]]:
    """The newest row of each target: rows start with station, epoch and (but for boots) the target's key."""
    return list({(row[0], row[2] if isinstance(row[2], int) else None): row for row in rows if row}.values())
