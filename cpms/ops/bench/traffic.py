"""What the bench's chargers say: OCPP 1.6, in the mix of a working fleet.

60 % MeterValues of 1.19 kB with nine sampled values, 25 % Heartbeat, 12 % StatusNotification of which half
are changes, 3 % BootNotification. Times and registers advance, so that no reading is a repeat.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

SUBPROTOCOL = "ocpp1.6"
TAG = "BENCH-TAG"
_MIX = ["MeterValues"] * 60 + ["Heartbeat"] * 25 + ["StatusNotification"] * 12 + ["BootNotification"] * 3
_STATUSES = ("Charging", "Charging", "SuspendedEV", "SuspendedEV")
_VARIANTS = 256

BOOT = (
    '{"chargePointVendor":"Benchmark","chargePointModel":"Model B","chargePointSerialNumber":"B-000001",'
    '"firmwareVersion":"1.2.3","meterType":"Class 1","meterSerialNumber":"M-000001"}'
)


def now_text() -> str:
    """The present in RFC 3339 with milliseconds."""
    return _text(time.time_ns() // 1_000_000)


@lru_cache(maxsize=4)
def _text(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def _sample(value: str, measurand: str, unit: str, phase: str = "") -> str:
    how = f'"phase":"{phase}"' if phase else '"format":"Raw"'
    return (
        f'{{"value":"{value}","context":"Sample.Periodic","measurand":"{measurand}",{how},'
        f'"location":"Outlet","unit":"{unit}"}}'
    )


def _lines(draw: random.Random) -> str:
    """Power, currents, voltages and state of charge of one instant."""
    samples = [_sample(str(draw.randrange(3000, 22000)), "Power.Active.Import", "W")]
    for phase in ("L1", "L2", "L3"):
        samples.append(_sample(f"{draw.uniform(6, 32):.1f}", "Current.Import", "A", phase))
        samples.append(_sample(f"{draw.uniform(225, 236):.1f}", "Voltage", "V", phase))
    samples.append(_sample(str(draw.randrange(5, 100)), "SoC", "Percent"))
    return ",".join(samples)


_LINES = [_lines(random.Random(seed)) for seed in range(_VARIANTS)]  # noqa: S311 - not a secret


class Script:
    """The endless messages of one charger: `next` gives action and payload text."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - not a secret
        self._order = draw.sample(_MIX, len(_MIX))
        self._at = draw.randrange(_VARIANTS)
        self.register_wh = 1000 * seed
        self.transaction_id = 0

    def next(self) -> tuple[str, str]:
        self._at += 1
        action = self._order[self._at % len(self._order)]
        return action, self.payload(action)

    def payload(self, action: str) -> str:
        """The payload of one message of the mix."""
        if action == "MeterValues":
            return self._meter_values()
        if action == "StatusNotification":
            return self._status()
        return BOOT if action == "BootNotification" else "{}"

    def _meter_values(self) -> str:
        self.register_wh += 7
        energy = _sample(str(self.register_wh), "Energy.Active.Import.Register", "Wh")
        return (
            f'{{"connectorId":1,"transactionId":{self.transaction_id},"meterValue":[{{"timestamp":"{now_text()}",'
            f'"sampledValue":[{energy},{_LINES[self._at % _VARIANTS]}]}}]}}'
        )

    def _status(self) -> str:
        status = _STATUSES[self._at % len(_STATUSES)]
        return f'{{"connectorId":1,"errorCode":"NoError","status":"{status}","timestamp":"{now_text()}"}}'

    def start(self) -> str:
        """A StartTransaction at connector 1."""
        return (
            f'{{"connectorId":1,"idTag":"{TAG}","meterStart":{self.register_wh},"timestamp":"{now_text()}"}}'
        )

    def stop(self) -> str:
        """The StopTransaction of the running transaction."""
        return (
            f'{{"transactionId":{self.transaction_id},"idTag":"{TAG}","meterStop":{self.register_wh},'
            f'"timestamp":"{now_text()}","reason":"Local"}}'
        )


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and datetime.fromisoformat(value).year > 2000


def _is_started(payload: dict[str, Any]) -> bool:
    is_number = isinstance(payload.get("transactionId"), int) and payload["transactionId"] > 0
    return is_number and payload.get("idTagInfo", {}).get("status") == "Accepted"


_SHAPES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "MeterValues": lambda answer: answer == {},
    "StatusNotification": lambda answer: answer == {},
    "Heartbeat": lambda answer: answer.keys() == {"currentTime"} and _is_time(answer["currentTime"]),
    "BootNotification": lambda answer: (
        answer.keys() == {"status", "currentTime", "interval"}
        and (answer["status"], type(answer["interval"])) == ("Accepted", int)
    ),
    "StartTransaction": _is_started,
    "StopTransaction": lambda answer: answer.get("idTagInfo", {}).get("status") == "Accepted",
}


def is_right(action: str, payload: Any) -> bool:
    """Whether the payload of an answer, whatever it may hold, is the right one for its action."""
    try:
        return isinstance(payload, dict) and _SHAPES[action](payload)
    except (ValueError, TypeError, AttributeError):
        return False
