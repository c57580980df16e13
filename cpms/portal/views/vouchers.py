"""A driver's vouchers: redeeming a code, what is left and until when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.services.vouchers.redeeming import NotRedeemed, voucher_redeem
from billing.services.vouchers.words import gives_text, why_not
from cpms.drivers.services.joining import actor_of
from cpms.drivers.vouchers import redeeming_accounts_of

from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..told.vouchers import accounts_told


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def vouchers(request: DriverRequest) -> HttpResponse:
    """For each account what is left of its vouchers; on POST a code is redeemed."""
    error = _redeemed(request) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect("portal:vouchers")
    context = {
        "accounts": accounts_told(request.user), "error": error, "typed": request.POST.get("code", "")[:100],
        "typed_for": request.POST.get("account", ""),
    }  # fmt: skip
    return render(request, "portal/vouchers.html", context, status=422 if error else 200)


def _redeemed(request: DriverRequest) -> str:
    """Why the code was not redeemed; "" when it was."""
    accounts = redeeming_accounts_of(request.user)
    account = get_object_or_404(accounts, public_id=request.POST.get("account", "").replace("\0", ""))
    if is_too_fast(request, "voucher"):
        return _("You tried very often within a few minutes. Wait ten minutes and try again.")
    try:
        made = voucher_redeem(account, request.POST.get("code", "").replace("\0", ""), actor_of(request.user))
    except NotRedeemed as refused:
        return why_not(refused.why)
    words = {"name": made.campaign.name, "gives": gives_text(made.campaign)}
    messages.success(request, _("Redeemed: %(name)s, %(gives)s.") % words)
    return ""
