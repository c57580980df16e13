"""The demo's money: each organisation has a tariff since before its history, says who sells, has a fleet and a plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from billing.choices import BillingMode, PartyKind, VersionState
from billing.models import Account, TariffAssignment, TariffFamily, TariffVersion
from billing.services.accounts.parties import account_open, party_create
from billing.services.invoicing.issuer import issuer_save
from billing.services.ratings.payers import tag_pay_from
from billing.services.subscriptions.plans import plan_create
from billing.services.tariffs.versions import draft_save, family_create
from chargers.models import IdTag
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import SYSTEM

# The history goes back ninety days.
SINCE: Final = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Priced:
    """An organisation's tariff, and the group whose cards a fleet account pays for."""

    organisation: str
    tariff: str
    body: str
    country: str
    fleet: str
    group: str
    seller: dict[str, str]
    fee_minor: int


PRICED: Final = (
    Priced(
        "North Garage Charging", "Garage", """{
            "id": "GARAGE", "currency": "USD", "tax_included": "N/A", "elements": [
                {"price_components": [{"type": "ENERGY", "price": 0.49, "step_size": 1}],
                 "restrictions": {"start_time": "16:00", "end_time": "21:00",
                                  "day_of_week": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]}},
                {"price_components": [{"type": "ENERGY", "price": 0.34, "step_size": 1}]},
                {"price_components": [{"type": "PARKING_TIME", "price": 3, "step_size": 60}],
                 "restrictions": {"min_duration": 14400}}]}""",
        "US", "Mill Street fleet", "STAFF",
        {"street": "12 Mill Street", "postal_code": "97201", "city": "Portland", "tax_number": "93-0000001"}, 1200,
    ),
    Priced(
        "Harbour Power", "Quay", """{
            "id": "QUAY", "currency": "DKK", "tax_included": "YES", "elements": [
                {"price_components": [{"type": "FLAT", "price": 4, "vat": 25, "step_size": 1},
                                      {"type": "ENERGY", "price": 3.25, "vat": 25, "step_size": 1}]}]}""",
        "DK", "Pilot boats", "STAFF",
        {"street": "Kajen 4", "postal_code": "1250", "city": "København", "vat_id": "DK13585628"}, 7500,
    ),
)  # fmt: skip


def seed_money() -> int:
    """Make what is not there yet; how many tariffs are in force."""
    for priced in PRICED:
        organisation = Organisation.objects.filter(name=priced.organisation).first()
        if organisation is not None and not TariffFamily.objects.filter(organisation=organisation).exists():
            family = family_create(organisation, priced.tariff, SYSTEM)
            since = clock.now() - SINCE
            version = _in_force(draft_save(family, priced.body, SYSTEM), since)
            TariffAssignment.objects.create(organisation=organisation, family=family, valid_from=since)
            _fleet(organisation, priced, version.currency)
            issuer_save(
                organisation, SYSTEM, legal_name=priced.organisation, country=priced.country, **priced.seller
            )
            plan_create(
                organisation, "Commuter", SYSTEM, currency=version.currency, fee_minor=priced.fee_minor,
                included_wh=40_000, percent=Decimal(5), notice_days=14,
            )  # fmt: skip
    return TariffVersion.objects.filter(state=VersionState.PUBLISHED).count()


def _in_force(draft: TariffVersion, since: datetime) -> TariffVersion:
    """Published in the past, which no service does: the demo's history is made up as a whole."""
    draft.state, draft.valid_from = VersionState.PUBLISHED, since
    draft.published_at, draft.published_by = since, "system: demo"
    draft.save()
    return draft


def _fleet(organisation: Organisation, priced: Priced, currency: str) -> None:
    if Account.objects.filter(organisation=organisation).exists():
        return
    party = party_create(
        organisation, SYSTEM, kind=PartyKind.COMPANY, legal_name=priced.fleet, country=priced.country
    )
    account = account_open(
        party, SYSTEM, name=priced.fleet, billing_mode=BillingMode.POSTPAID, currency=currency
    )
    for tag in IdTag.objects.filter(organisation=organisation, group__name=priced.group):
        tag_pay_from(tag, account, SYSTEM)
