"""The frame of the money pages."""

from typing import Any

from django.urls import reverse

from .access import OperatorRequest

TABS: tuple[tuple[str, str, str, str], ...] = (
    ("prices", "Session prices", "dashboard:prices", "billing.view"),
    ("accounts", "Accounts", "dashboard:accounts", "billing.view"),
    ("plans", "Subscriptions", "dashboard:plans", "billing.view"),
    ("hosts", "Site hosts", "dashboard:hosts", "billing.view"),
    ("homes", "Home charging", "dashboard:homes", "billing.view"),
    ("invoices", "Invoices", "dashboard:invoices", "billing.view"),
    ("payments", "Payments", "dashboard:payments", "billing.view"),
    ("exports", "Exports", "dashboard:exports", "billing.view"),
    ("tariffs", "Tariffs", "dashboard:tariffs", "billing.view"),
    ("which", "Which tariff", "dashboard:tariff_which", "billing.view"),
)
"""Name, label, URL name and the permission a viewer needs to see the tab."""


def frame(request: OperatorRequest, tab: str) -> dict[str, Any]:
    """What every money page shows above itself: the tabs this viewer may open."""
    return {
        "tabs": [
            {"label": label, "url": reverse(url), "current": name == tab}
            for name, label, url, permission in TABS
            if request.viewer.may(permission)
        ]
    }
