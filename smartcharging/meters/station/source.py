"""Taking over what a station says of its main meter."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from chargers.models import MeterValue
from cpms.core import clock

from ..driver import Plan
from ..sample import AMPS, TOTAL, WATTS, Sample
from ..threads import in_thread

# On the start, what is older than this is left to the history of the station.
BACK: Final = timedelta(minutes=10)
_BATCH: Final = 200
_PLACES: Final = {"L1": 0, "L1-N": 0, "L2": 1, "L2-N": 1, "L3": 2, "L3-N": 2}


async def samples(meter: Plan) -> AsyncIterator[Sample]:
    """The station's readings of its connector 0 as they come in; looked for every `every_s` seconds."""
    after = clock.now() - BACK
    while True:
        for at, found in await in_thread(_newer, meter.station, after):
            after = at
            yield found
        await asyncio.sleep(meter.every_s)


def _newer(station: int | None, after: datetime) -> list[tuple[datetime, Sample]]:
    rows = MeterValue.objects.filter(station_id=station, evse_no=0, taken_at__gt=after)
    newest = rows.order_by("taken_at", "id")[:_BATCH]
    return [(row.taken_at, Sample(values_of(row.samples, row.power_w), row.taken_at)) for row in newest]


def values_of(samples: Iterable[Mapping[str, Any]], power_w: float | None) -> dict[str, float]:
    """Currents and powers of the lines out of normalised samples (A, W), and the total power."""
    values: dict[str, float] = {} if power_w is None else {TOTAL: power_w}
    for one in samples:
        place, value = _PLACES.get(str(one.get("phase", ""))), one.get("value")
        if place is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if one.get("measurand") == "Current.Import":
            values[AMPS[place]] = float(value)
        elif one.get("measurand") == "Power.Active.Import":
            values[WATTS[place]] = float(value)
    return values
