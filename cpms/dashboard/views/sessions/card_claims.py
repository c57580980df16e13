"""Cards that drivers say are theirs: what no rule may decide, a person confirms or refuses."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.selectors.accounts import account_tags_for
from chargers.selectors.tags import id_tags_for
from cpms.drivers.choices import OPEN_CLAIMS
from cpms.drivers.models import CardClaim
from cpms.drivers.selectors import claims_for
from cpms.drivers.services import cards as service

from ... import listing
from ...access import OperatorRequest, page


@page("tags.view", "tags")
def card_claims(request: OperatorRequest) -> HttpResponse:
    """Those that wait for somebody, with what is known of the card; or all there were."""
    everything = request.GET.get("state") == "all"
    rows = claims_for(request.viewer)
    shown = listing.paginate(request, rows if everything else rows.filter(state__in=OPEN_CLAIMS))
    told = [(claim, _known(request, claim)) for claim in shown.object_list]
    return render(
        request, "dashboard/card_claims.html", {"page": shown, "rows": told, "everything": everything}
    )


def _known(request: OperatorRequest, claim: CardClaim) -> dict[str, str]:
    """What the operator knows of the card by now: its name on his list and who pays for it."""
    tag = (
        id_tags_for(request.viewer)
        .filter(organisation_id=claim.driver.organisation_id, uid__iexact=claim.uid)
        .first()
    )
    payer = account_tags_for(request.viewer).filter(id_tag=tag).first() if tag else None
    return {
        "tag": tag.public_id if tag else "", "label": (tag.label or tag.uid) if tag else "",
        "payer": payer.account.name if payer else "",
    }  # fmt: skip


@require_POST
@page("tags.edit", "tags")
def card_confirm(request: OperatorRequest, public_id: str) -> HttpResponse:
    """It is the driver's card."""
    found = _claim(request, public_id)
    try:
        service.card_confirm(found, request.viewer.actor)
        messages.success(request, f"The card now pays from the account of {found.driver.user}.")
    except service.ClaimClosed as error:
        messages.error(request, f"Nothing was changed: {error}.")
    except ValidationError as error:
        messages.error(request, f"Nothing was changed: {' '.join(error.messages)}.")
    return redirect("dashboard:card_claims")


@require_POST
@page("tags.edit", "tags")
def card_refuse(request: OperatorRequest, public_id: str) -> HttpResponse:
    """It is not."""
    try:
        service.card_refuse(_claim(request, public_id), request.viewer.actor)
        messages.success(request, "The driver is told that the card was not confirmed.")
    except service.ClaimClosed as error:
        messages.error(request, f"Nothing was changed: {error}.")
    return redirect("dashboard:card_claims")


def _claim(request: OperatorRequest, public_id: str) -> CardClaim:
    return get_object_or_404(claims_for(request.viewer), public_id=public_id)
