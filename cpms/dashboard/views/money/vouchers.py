"""Vouchers: campaigns, one with its codes and who redeemed them, and what is done to them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from billing.filters.vouchers import VoucherFilter
from billing.models import VoucherCampaign, VoucherCode
from billing.selectors.vouchers import voucher_campaigns_for, voucher_codes_for, voucher_redemptions_for
from billing.services.vouchers.campaigns import campaign_create, campaign_stop, codes_make
from billing.services.vouchers.codes import printed
from billing.services.vouchers.words import gives_text, left_text, where_text
from billing.tariffs.numbers import money_text
from chargers.selectors.stations import sites_for
from cpms.core import clock
from cpms.core.cells import table

from ... import listing
from ...access import OperatorRequest, page
from ...forms.saving import refuse, submitted
from ...forms.vouchers import CampaignForm, CodesForm
from ...money import frame, usual_currency

_HEAD = ["Code", "Redeemed", "At most"]


@page("billing.view", "money")
def vouchers(request: OperatorRequest) -> HttpResponse:
    """All campaigns with what they gave."""
    shown = listing.paginate(
        request, voucher_campaigns_for(request.viewer).filter(organisation=request.organisation)
    )
    context = frame(request, "vouchers") | {"page": shown, "told": [_told(row) for row in shown.object_list]}
    return render(request, "dashboard/vouchers.html", context)


def _told(campaign: VoucherCampaign) -> dict[str, Any]:
    sums: Any = campaign
    return {
        "campaign": campaign,
        "gives": gives_text(campaign),
        "where": where_text(campaign),
        "given": money_text(sums.given, campaign.currency),
        "open": money_text(sums.open, campaign.currency),
        "is_open": campaign.is_open(clock.now()),
        "is_over": campaign.ends_at <= clock.now(),
    }


def _or_404(request: OperatorRequest, public_id: str) -> VoucherCampaign:
    return get_object_or_404(voucher_campaigns_for(request.viewer), public_id=public_id)


@page("billing.view", "money")
def voucher(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One campaign."""
    return _shown(request, _or_404(request, public_id), CodesForm())


def _shown(request: OperatorRequest, found: VoucherCampaign, form: CodesForm) -> HttpResponse:
    rows = VoucherFilter({"campaign": found.public_id}, voucher_redemptions_for(request.viewer)).qs
    shown = listing.paginate(request, rows)
    codes = voucher_codes_for(request.viewer).filter(campaign=found)
    redeemed = [
        (row, printed(row.code.code), left_text(row), money_text(row.given_minor, row.currency))
        for row in shown.object_list
    ]
    context = frame(request, "vouchers") | _told(found) | {
        "page": shown, "redeemed": redeemed, "form": form, "shared": _shared(list(codes[:2])),
    }  # fmt: skip
    return render(request, "dashboard/voucher.html", context, status=422 if form.errors else 200)


def _shared(codes: list[VoucherCode]) -> str:
    """The one code for everybody, if there is one."""
    return printed(codes[0].code) if len(codes) == 1 and codes[0].most != 1 else ""


@page("billing.edit", "money")
def voucher_new(request: OperatorRequest) -> HttpResponse:
    """A new campaign."""
    organisation = request.organisation
    sites = sites_for(request.viewer).filter(organisation=organisation)
    start = {"currency": usual_currency(organisation)}
    form = CampaignForm(sites, organisation.time_zone, submitted(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = campaign_create(organisation, request.viewer.actor, **form.facts)
            messages.success(request, "The vouchers are ready. Drivers redeem them in their portal.")
            return redirect("dashboard:voucher", made.public_id)
        except ValidationError as error:
            refuse(form, error)
    return render(request, "dashboard/voucher_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page("billing.edit", "money")
def voucher_codes(request: OperatorRequest, public_id: str) -> HttpResponse:
    """More codes for single use."""
    found, form = _or_404(request, public_id), CodesForm(submitted(request))
    if form.is_valid():
        try:
            made = codes_make(found, form.cleaned_data["count"], request.viewer.actor)
            messages.success(request, f"{len(made)} more codes are ready. Download them as a file.")
            return redirect("dashboard:voucher", public_id)
        except ValidationError as error:
            refuse(form, error)
    return _shown(request, found, form)


@require_safe
@page("billing.edit", "money")
def voucher_codes_csv(request: OperatorRequest, public_id: str) -> HttpResponse:
    """All codes of a campaign as a file. Who has a code can redeem it: so it needs the right to edit."""
    found = _or_404(request, public_id)
    rows = voucher_codes_for(request.viewer).filter(campaign=found)
    cells = ([printed(row.code), str(row.redeemed), str(row.most or "")] for row in rows.iterator())
    answer = HttpResponse(table(_HEAD, cells), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="vouchers-{found.public_id}.csv"'
    return answer


@require_POST
@page("billing.edit", "money")
def voucher_stop(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let nobody redeem its codes any more."""
    campaign_stop(_or_404(request, public_id), request.viewer.actor)
    messages.success(request, "Stopped. Who has redeemed a code keeps what it gives.")
    return redirect("dashboard:voucher", public_id)
