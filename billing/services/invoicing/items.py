"""Lines of invoices made of charged sessions, each part with the tax that was charged and the rule it follows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from billing.books.facts import amount_of
from billing.books.lines import Part
from billing.choices import PartyKind, TaxCategory
from billing.models import Party, SessionCharge
from billing.services.invoicing.invoices import Item
from billing.services.ratings.evidence import country_of, zone_of
from billing.tax.case import Buyer, Case, Category, Customer, Decision, Seller, Supply
from billing.tax.decision import decide
from billing.tax.vat_ids import NO_PROOF, Proof
from chargers.models import Transaction

_CUSTOMERS = {PartyKind.DRIVER: Customer.CONSUMER, PartyKind.EMSP: Customer.DEALER}
# Of guests nothing is known (`guests.NOWHERE`).
_NOWHERE = "ZZ"


@dataclass(frozen=True, slots=True)
class Lined:
    """A line to be, with the tax decision behind it, and why it should not be issued by itself, "" when it may."""

    item: Item
    decision: Decision
    doubt: str


def lined(charge: SessionCharge, issuer: Party) -> list[Lined]:
    """The lines of one charge: one for each tax it was charged with."""
    decision = decide(case_of(charge, issuer))
    parts = [part for part in amount_of(charge.amount).parts if part.net_minor + part.tax_minor]
    return [_lined(charge, part, decision, is_only=len(parts) == 1) for part in parts]


def case_of(charge: SessionCharge, issuer: Party) -> Case:
    """The supply of a session as the tax table wants it."""
    session, party = charge.transaction, charge.account.party
    place = country_of(session.station) or issuer.country
    started = session.started_at.astimezone(ZoneInfo(zone_of(session.station)))
    seller = Seller(issuer.country, issuer.is_small_business)
    return Case(Supply.ELECTRICITY, place, seller, buyer_of(party), started.date())


def buyer_of(party: Party) -> Buyer:
    """Who buys, as the tax table wants it."""
    kind = _CUSTOMERS.get(PartyKind(party.kind), Customer.BUSINESS)
    checked = party.vat_checked_at.date().isoformat() if party.vat_checked_at else ""
    proof = Proof(party.vat_id, checked, party.vat_proof) if party.vat_id else NO_PROOF
    return Buyer(kind, "" if party.country == _NOWHERE else party.country, proof)


def _lined(charge: SessionCharge, part: Part, decision: Decision, *, is_only: bool) -> Lined:
    category, rate = _charged(part, decision)
    energy_wh = charge.transaction.energy_wh or 0
    by_energy = is_only and energy_wh > 0
    item = Item(
        description(charge), part.net_minor + part.tax_minor, part.net_minor, category, rate, part.tax_code,
        Decimal(energy_wh) / 1000 if by_energy else Decimal(1), "KWH" if by_energy else "C62",
        charge, charge.entry, details=details(charge.transaction),
    )  # fmt: skip
    return Lined(item, decision, doubt_of(category, part.tax_code, decision))


def _charged(part: Part, decision: Decision) -> tuple[TaxCategory, Decimal]:
    """Category and rate of what was posted: its tax code says the rate, and the decision why there is none."""
    if part.tax_code:
        return TaxCategory.STANDARD, Decimal(part.tax_code.rpartition("-")[2])
    if decision.category is None or decision.category is Category.STANDARD:
        return TaxCategory.OUTSIDE, Decimal(0)
    return TaxCategory(decision.category.value), Decimal(0)


def doubt_of(category: TaxCategory, tax_code: str, decision: Decision) -> str:
    """Why what was charged does not fit the tax table; "" when it does. Another rate of the same country fits."""
    if decision.category is None:
        return decision.question
    if category.value != decision.category.value:
        due = f"{decision.category.value} in {decision.country}"
        return f"the tariff charged {tax_code or 'no tax'}, the tax table says {due} ({decision.rule})"
    charged_in = tax_code.partition("-")[0]
    if tax_code and charged_in != decision.country and charged_in.isalpha():
        return f"the tariff charged {tax_code}, the tax is due in {decision.country}"
    return ""


def decision_json(made: Lined, position: int) -> dict[str, Any]:
    """What the invoice keeps of a decision."""
    told = asdict(made.decision) | {"position": position, "doubt": made.doubt}
    told["rate"] = format(made.decision.rate, "f")
    told["category"] = made.decision.category.value if made.decision.category else ""
    return told


def description(charge: SessionCharge) -> str:
    """What a line says of its session, in the active language and the time of the place."""
    session = charge.transaction
    zone = ZoneInfo(zone_of(session.station))
    begin = session.started_at.astimezone(zone)
    return _("Charging at %(place)s, %(day)s, %(time)s") % {
        "place": place_of(session),
        "day": formats.date_format(begin, "DATE_FORMAT"),
        "time": begin.strftime("%H:%M"),
    }


def place_of(session: Transaction) -> str:
    """Site, station and EVSE, as people say it."""
    station = session.station
    names = [station.site.name if station.site else "", station.label]
    evse = f" · {session.evse_no}" if session.evse_no else ""
    return ", ".join(dict.fromkeys(name for name in names if name)) + evse


def details(session: Transaction) -> dict[str, Any]:
    """What the line keeps of its session: ids, times, energy, and the registers that the law wants shown."""
    return dict(_details(session))


def _details(session: Transaction) -> Iterator[tuple[str, Any]]:
    yield "session", session.public_id
    yield "station", session.station.identity
    yield "evse_no", session.evse_no
    yield "zone", zone_of(session.station)
    yield "started_at", session.started_at.isoformat()
    yield "ended_at", session.ended_at.isoformat() if session.ended_at else None
    yield "energy_wh", session.energy_wh
    yield "meter_start_wh", session.meter_start_wh
    yield "meter_stop_wh", session.meter_stop_wh
