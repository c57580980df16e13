"""A session's meter as JSON: the form of the test vectors, with the fields of OCPP's sampled values added."""

import json
from decimal import Decimal
from typing import Any

from ..document import At
from ..errors import Refused
from ..exact import Rational
from .values import Measurand, MeterSession, RawReading, RawRegister, RawValue

# A reading every ten seconds for two days; more is no session but an attack.
MAX_READINGS = 20_000
# Clocks that were never set say 1970, or worse: the clean-up judges what is to be believed, so it must see it.
_YEARS = range(1, 10_000)


def read(text: str) -> Any:
    """A JSON document with exact numbers. NaN and infinities become texts, which are no values of a meter.

    Raises `ValueError`, and `RecursionError` on absurd nesting.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=str)


def session_of(document: Any, now: Rational | None = None) -> MeterSession:
    """The session of a document that came from `read`. Raises `Refused` with the place.

    `{"max_power_kw", "session_start", "meter_start_wh", "meter_stop": {"t", "wh", "unit"?}, "readings": [{"t",
    "wh", "unit"?, "measurand"?, "phase"?, "location"?, "context"?, "signed"?}], "signed"?}`; what is not known
    is null or absent. `signed` on the session stands for all its values.
    """
    at = At(document).object()
    stop = at.maybe("meter_stop")
    stop = stop.object() if stop else None
    is_signed = _true(at, "signed")
    readings = tuple(_reading(item.object(), is_signed) for item in _readings(at))
    start = _register(at, "meter_start_wh")
    ends = _signed_ends(at, start, stop) if is_signed else ()
    return MeterSession(
        readings=ends + readings,
        start=start,
        stop=_register(stop, "wh") if stop else None,
        started_at=_instant(at, "session_start"),
        stopped_at=_instant(stop, "t") if stop else None,
        max_power_w=_max_power_w(at),
        now=now,
    )


def _readings(at: At) -> list[At]:
    found = at.maybe("readings")
    readings = list(found.items()) if found else []
    if len(readings) > MAX_READINGS:
        raise Refused("readings", f"are more than {MAX_READINGS}")
    return readings


def _reading(at: At, is_signed: bool) -> RawReading:
    return RawReading(
        at=_station_time(at),
        value=_value(at, "wh" if "wh" in at.value else "value"),
        unit=_text(at, "unit") or None,
        measurand=_text(at, "measurand") or Measurand.IMPORT_REGISTER,
        phase=_text(at, "phase"),
        location=_text(at, "location"),
        context=_text(at, "context"),
        signed=is_signed or _true(at, "signed"),
    )


def _signed_ends(at: At, start: RawRegister | None, stop: At | None) -> tuple[RawReading, ...]:
    """Start and stop of a session all of whose values are signed, as the readings they are."""
    end = _register(stop, "wh") if stop else None
    if start is None or end is None or stop is None:
        return ()
    return (
        RawReading(
            _instant(at, "session_start"), start.value, start.unit, context="Transaction.Begin", signed=True
        ),
        RawReading(_instant(stop, "t"), end.value, end.unit, context="Transaction.End", signed=True),
    )


def _register(at: At, key: str) -> RawRegister | None:
    value = _value(at, key)
    return None if value is None else RawRegister(value, _text(at, "unit") or None)


def _value(at: At, key: str) -> RawValue:
    found = at.maybe(key)
    if found is None:
        return None
    if isinstance(found.value, bool) or not isinstance(found.value, int | Decimal | str):
        raise found.refuse("is neither a number nor a text")
    return found.value


def _station_time(at: At) -> Rational | None:
    """A station's text that is no time is a clock that cannot be read, and no reason to lose the value."""
    found = at.maybe("t")
    if found is None:
        return None
    found.text()
    try:
        return found.instant(_YEARS)
    except Refused:
        return None


def _instant(at: At, key: str) -> Rational | None:
    found = at.maybe(key)
    return found.instant(_YEARS) if found else None


def _max_power_w(at: At) -> Rational | None:
    found = at.maybe("max_power_kw")
    if found is None:
        return None
    power_kw = found.number()
    if power_kw <= 0:
        raise found.refuse("is no power")
    return power_kw * 1000


def _text(at: At, key: str) -> str:
    found = at.maybe(key)
    return found.text() if found else ""


def _true(at: At, key: str) -> bool:
    found = at.maybe(key)
    if found is None:
        return False
    if not isinstance(found.value, bool):
        raise found.refuse("is neither true nor false")
    return found.value
