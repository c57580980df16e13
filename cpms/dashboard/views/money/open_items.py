"""Invoices that customers still have to pay, by age."""

from django.http import HttpResponse
from django.shortcuts import render

from billing.selectors.accounts import accounts_with_money
from billing.services.invoicing.open_items import by_age, open_items

from ...access import OperatorRequest, page
from ...money import frame


@page("billing.view", "money")
def invoices_open(request: OperatorRequest) -> HttpResponse:
    """All of them, the oldest first, with sums by age."""
    items = open_items(accounts_with_money(request.viewer).filter(organisation=request.organisation))
    context = frame(request, "invoices") | {"items": items, "sums": by_age(items)}
    return render(request, "dashboard/invoices_open.html", context)
