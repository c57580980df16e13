"""Reads an OCPI tariff (2.1.1, 2.2.1, 2.3.0) into `Tariff`, or refuses it with the place and the reason."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from .document import At
from .errors import Refused
from .tariff import (
    PRICED,
    WEEKDAYS,
    Dimension,
    PriceComponent,
    PriceLimit,
    Reservation,
    Restrictions,
    Tariff,
    TariffElement,
    TaxIncluded,
)

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_TARIFF_FIELDS = frozenset(
    (
        "country_code",
        "party_id",
        "id",
        "currency",
        "type",
        "tariff_alt_text",
        "tariff_alt_url",
        "min_price",
        "max_price",
        "preauthorize_amount",
        "elements",
        "tax_included",
        "start_date_time",
        "end_date_time",
        "energy_mix",
        "last_updated",
    )
)
_ELEMENT_FIELDS = frozenset({"price_components", "restrictions"})
_COMPONENT_FIELDS = frozenset({"type", "price", "vat", "step_size"})


def read_tariff(document: Any) -> Tariff:
    """The tariff of a JSON object that was read by `exact.loads`. Raises `Refused`."""
    at = At(document).object()
    elements = tuple(map(_element, _filled(at.need("elements"))))
    valid_from, valid_to = at.maybe("start_date_time"), at.maybe("end_date_time")
    return Tariff(
        id=_text(at, "id"),
        currency=_currency(at.need("currency")),
        elements=elements,
        tax_included=_tax_included(at.maybe("tax_included")),
        min_price=_limit(at.maybe("min_price")),
        max_price=_limit(at.maybe("max_price")),
        valid_from=valid_from.instant() if valid_from else None,
        valid_to=valid_to.instant() if valid_to else None,
        ignored=tuple(_ignored(at)),
    )


def _text(at: At, key: str) -> str:
    found = at.maybe(key)
    return found.text() if found else ""


def _filled(at: At) -> list[At]:
    items = list(at.items())
    if not items:
        raise Refused(at.place, "is empty")
    return items


def _currency(at: At) -> str:
    if not _CURRENCY.fullmatch(at.text()):
        raise at.refuse("is not a currency code")
    return at.text()


def _tax_included(at: At | None) -> TaxIncluded:
    return TaxIncluded(at.one_of(list(TaxIncluded))) if at else TaxIncluded.NO


def _limit(at: At | None) -> PriceLimit:
    """2.2.1 says `excl_vat` and `incl_vat`, 2.3.0 `before_taxes` and `after_taxes`; a bare number is net."""
    if at is None:
        return PriceLimit()
    if not isinstance(at.value, dict):
        return PriceLimit(net=at.not_negative())
    net = at.maybe("excl_vat") or at.maybe("before_taxes")
    gross = at.maybe("incl_vat") or at.maybe("after_taxes")
    if net is None and gross is None:
        raise at.refuse("names no amount")
    return PriceLimit(net.not_negative() if net else None, gross.not_negative() if gross else None)


def _element(at: At) -> TariffElement:
    at.object()
    components = tuple(map(_component, _filled(at.need("price_components"))))
    for index, component in enumerate(components):
        if component.dimension in {earlier.dimension for earlier in components[:index]}:
            place = f"{at.place}.price_components[{index}].type"
            raise Refused(place, f'"{component.dimension}" has a price in this element already')
    restrictions = at.maybe("restrictions")
    return TariffElement(components, _restrictions(restrictions) if restrictions else Restrictions())


def _component(at: At) -> PriceComponent:
    at.object()
    vat, step = at.maybe("vat"), at.maybe("step_size")
    return PriceComponent(
        dimension=Dimension(at.need("type").one_of(PRICED)),
        price=at.need("price").number(),
        vat=vat.not_negative() if vat else None,
        step_size=step.integer() if step else 1,
    )


def _thousandfold(at: At) -> Any:
    return at.not_negative() * 1000


def _days(at: At) -> frozenset[int] | None:
    return frozenset(WEEKDAYS.index(day.one_of(WEEKDAYS)) for day in at.items()) or None


def _reservation(at: At) -> Reservation:
    return Reservation(at.one_of(list(Reservation)))


_RESTRICTIONS: dict[str, tuple[str, Callable[[At], Any]]] = {
    "start_time": ("start_time", At.time),
    "end_time": ("end_time", At.time),
    "start_date": ("start_date", At.day),
    "end_date": ("end_date", At.day),
    "min_kwh": ("min_wh", _thousandfold),
    "max_kwh": ("max_wh", _thousandfold),
    "min_current": ("min_current_a", At.not_negative),
    "max_current": ("max_current_a", At.not_negative),
    "min_power": ("min_power_w", _thousandfold),
    "max_power": ("max_power_w", _thousandfold),
    "min_duration": ("min_duration_s", At.not_negative),
    "max_duration": ("max_duration_s", At.not_negative),
    "day_of_week": ("days", _days),
    "reservation": ("reservation", _reservation),
}


def _restrictions(at: At) -> Restrictions:
    """A restriction that is not known is refused: left out, its element would be active when it should not."""
    read: dict[str, Any] = {}
    for key in at.object().value:
        found = at.maybe(key)
        if found is not None:
            if key not in _RESTRICTIONS:
                raise Refused(found.place, "is not a restriction of OCPI")
            name, reader = _RESTRICTIONS[key]
            read[name] = reader(found)
    return Restrictions(**read)


def _ignored(tariff: At) -> Iterable[str]:
    yield from _unknown(tariff, _TARIFF_FIELDS)
    for element in tariff.need("elements").items():
        yield from _unknown(element, _ELEMENT_FIELDS)
        for component in element.need("price_components").items():
            yield from _unknown(component, _COMPONENT_FIELDS)


def _unknown(at: At, known: frozenset[str]) -> Iterable[str]:
    return (f"{at.place}.{key}" if at.place else str(key) for key in at.value if key not in known)
