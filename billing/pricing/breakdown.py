"""A rating as a document of texts: what receipt, CDR, invoice line and dispute view are drawn from.

Exact figures are decimal texts with all digits (28 where they never end); those rounded to the four decimals
of OCPI are named `..._rounded`.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from .exact import Rational, ratio
from .lines import Adjustment, Charge, Kind
from .market import MarketComponent
from .matching import Situation
from .rating import Part, Rating
from .rounding import half_up, plain, rounded
from .tariff import Dimension, PriceComponent
from .tax import Amount

_UNITS = {Dimension.ENERGY: "Wh", Dimension.FLAT: "session"}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOTHING = Amount(0, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rating_json(rating: Rating) -> str:
    """The whole rating as canonical JSON: the same input gives the same bytes."""
    document = {
        "engine": rating.engine,
        "input_hash": rating.input_hash,
        "tariffs": list(dict.fromkeys(period.tariff.fingerprint for period in rating.usage.periods)),
        "currency": rating.bill.currency,
        "totals": totals(rating),
        "periods": len(rating.usage.periods),
        "breakdown": breakdown(rating),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def totals(rating: Rating) -> dict[str, Any]:
    """The totals of an OCPI CDR, exact: costs without and with tax, kWh, hours."""
    usage, costs = rating.usage, rating.costs()
    return {
        "total_cost": _amount(rating.total),
        **{f"total_{part}_cost": _amount(costs.get(part, _NOTHING)) for part in Part},
        "total_energy": plain(ratio(rating.volume_of(Dimension.ENERGY), 1000)),
        "total_time": _hours(usage.end - usage.start),
        "total_parking_time": _hours(rating.volume_of(Dimension.PARKING_TIME)),
    }


def breakdown(rating: Rating) -> list[dict[str, Any]]:
    """The lines from which the total follows, in the order in which it was made.

    `line` says what each is: `period`, `dimension`, `step_size`, `mark_up`, `entitlement`, `discount`,
    `voucher`, `min_price`, `max_price`, `tax`, `payable`, `note`, `engine`.
    """
    return [
        *_periods(rating),
        *_dimensions(rating),
        *(_charge(charge) for charge in rating.charges if charge.kind is Kind.STEP_SIZE),
        *map(_adjustment, rating.adjustments),
        *_limits(rating),
        *_taxes(rating),
        _payable(rating),
        *({"line": "note", "code": n.code, "text": n.text, "period": n.period} for n in rating.notes),
        {"line": "engine", "version": rating.engine, "input_hash": rating.input_hash},
    ]


def _periods(rating: Rating) -> Iterator[dict[str, Any]]:
    charges: dict[int, list[Charge]] = {}
    for charge in rating.charges:
        if charge.kind is Kind.CHARGE:
            charges.setdefault(charge.period, []).append(charge)
    for index, situation in enumerate(rating.situations):
        period = situation.period
        yield {
            "line": "period",
            "period": index,
            "from": instant_text(period.start),
            "to": instant_text(period.end),
            "state": period.state,
            "energy_wh": plain(period.volumes.get(Dimension.ENERGY, 0)),
            "seconds": plain(period.end - period.start),
            "reason": _reason(situation),
            "charges": [_charge(charge) for charge in charges.get(index, [])],
        }


def _charge(charge: Charge) -> dict[str, Any]:
    source = charge.source
    return {
        "line": charge.kind,
        "dimension": charge.dimension,
        "phase": charge.phase,
        "period": charge.period,
        "tariff": source.tariff_id,
        "element": source.element,
        "component": source.component,
        "unit_price": plain(source.price.price),
        **_market(source.price),
        "vat": _optional(charge.tax.vat),
        "tax_included": charge.tax.included,
        "quantity": plain(charge.quantity),
        "unit": _UNITS.get(charge.dimension, "s"),
        "amount": plain(charge.amount),
        "amount_rounded": rounded(charge.amount),
    }


def _market(price: PriceComponent) -> dict[str, str]:
    """The market's price behind one that follows it, without tax."""
    return {"market_price": plain(price.market)} if isinstance(price, MarketComponent) else {}


def _dimensions(rating: Rating) -> Iterator[dict[str, Any]]:
    for billed in rating.billed:
        yield {
            "line": "dimension",
            "dimension": billed.dimension,
            "measured": plain(billed.measured),
            "step_size": billed.step_size,
            "billed": plain(billed.billed),
            "unit": _UNITS.get(billed.dimension, "s"),
        }


def _adjustment(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "line": adjustment.kind,
        "dimension": adjustment.dimension,
        "quantity": _optional(adjustment.quantity),
        "vat": _optional(adjustment.tax.vat),
        "tax_included": adjustment.tax.included,
        "amount": plain(adjustment.amount),
        "amount_rounded": rounded(adjustment.amount),
        "reason": adjustment.reason,
    }


def _limits(rating: Rating) -> Iterator[dict[str, Any]]:
    for limit in rating.bill.limits:
        yield {"line": limit.name, "before": _amount(limit.before), "after": _amount(limit.after)}


def _taxes(rating: Rating) -> Iterator[dict[str, Any]]:
    for tax in rating.bill.taxes:
        yield {"line": "tax", "vat": _optional(tax.vat), "net": plain(tax.net), "tax": plain(tax.tax)}


def _payable(rating: Rating) -> dict[str, Any]:
    """OCPI amounts to four decimals, with the tax between them; what is to be paid in minor units."""
    bill = rating.bill
    net, gross = half_up(bill.total.net * 10_000), half_up(bill.total.gross * 10_000)
    return {
        "line": "payable",
        "currency": bill.currency,
        "net_rounded": rounded(bill.total.net),
        "gross_rounded": rounded(bill.total.gross),
        "tax_rounded": rounded(ratio(gross - net, 10_000)),
        "gross_minor": bill.gross_minor,
        "paid_by_vouchers_minor": bill.paid_minor,
        "due_minor": bill.due_minor,
    }


def _amount(amount: Amount) -> dict[str, str]:
    return {"excl_vat": plain(amount.net), "incl_vat": plain(amount.gross)}


def _optional(value: Rational | None) -> str | None:
    return None if value is None else plain(value)


def _hours(seconds: Rational) -> str:
    return plain(ratio(seconds, 3600))


def _reason(situation: Situation) -> str:
    """`Wed 18:05 local, 12.4 kWh and 41 min into the session`."""
    local = situation.local
    minutes = int(local.second // 60)
    time = f"{_WEEKDAYS[local.weekday]} {minutes // 60:02}:{minutes % 60:02} local"
    energy_kwh = rounded(ratio(situation.energy_wh, 1000), 1)
    return f"{time}, {energy_kwh} kWh and {situation.elapsed_s // 60} min into the session"


def instant_text(instant: Rational) -> str:
    """An instant as ISO 8601 in UTC, to the microsecond where it is not a whole second."""
    moment = _EPOCH + timedelta(microseconds=half_up(instant * 1_000_000))
    return moment.replace(tzinfo=None).isoformat() + "Z"
