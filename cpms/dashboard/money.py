"""The frame of the money pages."""

from typing import Any

from billing.choices import VersionState
from billing.models import Account, TariffVersion
from cpms.accounts.models import Organisation

from .access import OperatorRequest
from .tabs import Tabs, tabs_for

TABS: Tabs = (
    ("prices", "Session prices", "dashboard:prices", "billing.view"),
    ("accounts", "Accounts", "dashboard:accounts", "billing.view"),
    ("plans", "Subscriptions", "dashboard:plans", "billing.view"),
    ("vouchers", "Vouchers", "dashboard:vouchers", "billing.view"),
    ("invoices", "Invoices", "dashboard:invoices", "billing.view"),
    ("hosts", "Site hosts", "dashboard:hosts", "billing.view"),
    ("homes", "Home charging", "dashboard:homes", "billing.view"),
    ("payments", "Payments", "dashboard:payments", "billing.view"),
    ("exports", "Exports", "dashboard:exports", "billing.view"),
    ("tariffs", "Tariffs", "dashboard:tariffs", "billing.view"),
    ("which", "Which tariff", "dashboard:tariff_which", "billing.view"),
)


def frame(request: OperatorRequest, tab: str) -> dict[str, Any]:
    """What every money page shows above itself: the tabs this viewer may open."""
    return tabs_for(request, TABS, tab)


def usual_currency(organisation: Organisation) -> str:
    """What an empty form begins with: that of the newest tariff in force, else of the newest account, else euros."""
    published = TariffVersion.objects.filter(family__organisation=organisation, state=VersionState.PUBLISHED)
    for rows in (published, Account.objects.filter(organisation=organisation)):
        newest = rows.order_by("-pk").first()
        if newest is not None:
            return str(newest.currency)
    return "EUR"
