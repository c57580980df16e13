"""What the car of a session needs: whose word counts, and the operator's own word."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.models import Transaction
from chargers.selectors.transactions import transactions_for
from cpms.core import clock
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import SessionOver, need_clear, need_of, need_set
from smartcharging.models import Need

from ...access import OperatorRequest, page
from ...forms.car_needs import CarNeedForm
from ...forms.saving import save, submitted


def need_context(found: Transaction) -> dict[str, Any]:
    """What the page of a running session says of its car; nothing once it ended."""
    if not found.is_open:
        return {"need": None}
    wanted = need_of(found, clock.now())
    words = {name: NeedSource(source).label for name, source in wanted.sources.items()}
    words |= {name: basis.words for name, basis in wanted.bases.items()}
    return {"need": wanted, "need_words": words}


@page("needs.edit", "transactions")
def car_need(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Say what the car needs, as the operator."""
    found = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    said = Need.objects.filter(transaction=found, source=NeedSource.OPERATOR).first()
    form = CarNeedForm(submitted(request), initial=CarNeedForm.start(said))
    try:
        if save(form, need_set, transaction=found, source=NeedSource.OPERATOR, actor=request.viewer.actor):
            messages.success(request, "Taken over.")
            return redirect("dashboard:transaction", found.public_id)
    except SessionOver:
        messages.error(request, "The session has ended.")
        return redirect("dashboard:transaction", found.public_id)
    context = {"form": form, "transaction": found, "said": said}
    return render(request, "dashboard/car_need.html", context, status=422 if form.errors else 200)


@require_POST
@page("needs.edit", "transactions")
def car_need_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take back what the operator said."""
    found = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    need_clear(found, NeedSource.OPERATOR, request.viewer.actor)
    messages.success(request, "Taken back.")
    return redirect("dashboard:transaction", found.public_id)
