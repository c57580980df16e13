"""The demo's vouchers: money for whoever has the code, free energy for who was at the open day."""

from datetime import timedelta
from typing import Any, Final

from billing.choices import VoucherKind
from billing.models import PlanVersion, VoucherCampaign
from billing.services.vouchers.campaigns import campaign_create
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import SYSTEM

from .prices import PRICED

WELCOME: Final = "WELCOME"
_LASTS: Final = timedelta(days=90)
# What a first charge costs about.
_WELCOME_MINOR: Final = {"USD": 500, "DKK": 4000}
_OPEN_DAY_WH: Final = 10_000
_OPEN_DAY_CODES: Final = 25


def seed_vouchers() -> int:
    """Make what is not there yet; how many campaigns there are."""
    for priced in PRICED:
        organisation = Organisation.objects.filter(name=priced.organisation).first()
        if organisation and not VoucherCampaign.objects.filter(organisation=organisation).exists():
            version = PlanVersion.objects.filter(plan__organisation=organisation).earliest("pk")
            _campaigns(organisation, version.currency)
    return VoucherCampaign.objects.count()


def _campaigns(organisation: Organisation, currency: str) -> None:
    now = clock.now()
    same: dict[str, Any] = {"currency": currency, "starts_at": now, "ends_at": now + _LASTS}
    campaign_create(
        organisation, SYSTEM, name="Welcome", kind=VoucherKind.CREDIT, amount_minor=_WELCOME_MINOR[currency],
        code=WELCOME, most=500, **same,
    )  # fmt: skip
    campaign_create(
        organisation, SYSTEM, name="Open day", kind=VoucherKind.ENERGY, energy_wh=_OPEN_DAY_WH,
        count=_OPEN_DAY_CODES, **same,
    )  # fmt: skip
