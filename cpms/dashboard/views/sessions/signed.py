"""Signed meter values of a transaction, and the keys of a station's meters."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from billing.selectors.signed import meter_keys_for, signed_records_for
from billing.services.signatures import words
from billing.services.signatures.again import session_verify
from billing.services.signatures.container import container
from billing.services.signatures.keys import key_add, key_confirm, key_end
from billing.services.signatures.proof import proof_of
from chargers.models import Transaction
from chargers.selectors.transactions import transactions_for

from ...access import OperatorRequest, page, require
from ...forms.saving import save, submitted
from ...forms.signed import MeterKeyForm
from ..stations.stations import frame, station_or_404

MOST_SHOWN = 50


def signed_context(found: Transaction) -> dict[str, Any]:
    """What the section of signed values shows."""
    proof = proof_of(found)
    shown = [(row, words.record_sentence(row)) for row in proof.records[:MOST_SHOWN]]
    return {"proof": proof, "proof_told": words.told(proof), "signed_rows": shown}


@require_POST
@page("transactions.view", "transactions")
def signed_verify(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Judge the values again."""
    found = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    messages.success(request, f"Checked again: {words.told(session_verify(found)).title.lower()}.")
    return redirect(f"{reverse('dashboard:transaction', args=[public_id])}#signed")


@require_safe
@page("transactions.view", "transactions")
def signed_download(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The container for the transparency software."""
    found = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    rows = list(signed_records_for(request.viewer).filter(transaction=found))
    return xml_file(found, container(found, rows))


def xml_file(session: Transaction, content: bytes) -> HttpResponse:
    """A container as a file of its own name."""
    name = f'attachment; filename="{session.public_id}.xml"'
    return HttpResponse(content, content_type="application/xml", headers={"Content-Disposition": name})


@page("stations.view", "stations")
def meter_keys(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The keys of a station's meters; a POST adds one."""
    station = station_or_404(request.viewer, public_id)
    form = MeterKeyForm(submitted(request))
    if request.method == "POST":
        require(request, "stations.edit")
        if _added(request, station, form):
            messages.success(request, "Added. What this station signed is judged by it from now on.")
            return redirect("dashboard:meter_keys", public_id)
    context = frame(request, station, "keys") | {
        "form": form,
        "keys": list(meter_keys_for(request.viewer).filter(station=station)[:100]),
    }
    return render(request, "dashboard/station/meter_keys.html", context, status=422 if form.errors else 200)


def _added(request: OperatorRequest, station: Any, form: MeterKeyForm) -> bool:
    return save(form, lambda **facts: key_add(station, request.viewer.actor, **facts)) is not None


@require_POST
@page("stations.edit", "stations")
def meter_key_confirm(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Vouch for a key that the station offered."""
    key = get_object_or_404(meter_keys_for(request.viewer), public_id=public_id)
    key_confirm(key, request.viewer.actor)
    messages.success(request, "Confirmed. What this station signed is judged by it from now on.")
    return redirect("dashboard:meter_keys", key.station.public_id)


@require_POST
@page("stations.edit", "stations")
def meter_key_end(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let a key count no more from now on."""
    key = get_object_or_404(meter_keys_for(request.viewer), public_id=public_id)
    try:
        key_end(key, request.viewer.actor)
        messages.success(request, "Ended. Values from before it ended are still judged by it.")
    except ValidationError as error:
        messages.error(request, f"Nothing was changed: {'; '.join(error.messages)}.")
    return redirect("dashboard:meter_keys", key.station.public_id)
