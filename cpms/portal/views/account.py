"""The driver's account page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cpms.drivers.selectors import drivers_of, sessions_of
from cpms.portal.told import visit as told

from ..own import DriverRequest, driver_page


@driver_page
@require_safe
def account(request: DriverRequest) -> HttpResponse:
    """Who one is, who pays at which operator, and the ways to everything else."""
    drivers = [(one, told.account(one)) for one in drivers_of(request.user)]
    context = {"drivers": drivers, "running": [one for one in sessions_of(request.user)[:5] if one.is_open]}
    return render(request, "portal/account.html", context)
