"""A tariff run on the past: income then and with it, who would have paid less and who more, session by session."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from billing.models import TariffFamily
from billing.selectors.ratings import ratings_for
from billing.services.tariffs.following import version_sentence
from billing.services.tariffs.overview import version_tariff
from billing.services.tariffs.past import MOST_SESSIONS, of_tariff, past_run
from cpms.core import clock

from ...access import OperatorRequest, page
from ...forms.tariff_acts import PastForm
from ...tariff_editor import source_of
from .tariffs import tariff_or_404

USUAL: Final = timedelta(days=30)
MOST_SHOWN: Final = 100


@page("billing.view", "money")
def tariff_past(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The draft, else the newest version, on the sessions of a period (`?since=&until=&of=`)."""
    family = tariff_or_404(request, public_id)
    version = source_of(family)
    if version is None:
        return redirect("dashboard:tariff", public_id)
    today = timezone.localdate(clock.now())
    usual = {"since": today - USUAL, "until": today + timedelta(days=1), "of": "all"}
    form = PastForm(request.GET if "since" in request.GET else usual)
    context = {
        "tariff": family,
        "version": version,
        "price": version_sentence(version, version_tariff(version)),
        "form": form,
        "most": MOST_SESSIONS,
    }
    if form.is_valid():
        context |= _run(request, family, form.cleaned_data)
    return render(request, "dashboard/tariff_past.html", context, status=422 if form.errors else 200)


def _run(request: OperatorRequest, family: TariffFamily, asked: dict[str, Any]) -> dict[str, Any]:
    ratings = ratings_for(request.viewer).filter(organisation=family.organisation_id)
    if asked["of"] == "tariff":
        ratings = of_tariff(ratings, family.versions.all())
    version = source_of(family)
    assert version is not None
    run = past_run(ratings, version, _midnight(asked["since"]), _midnight(asked["until"]))
    share = round(100 * run.net_change / run.net_then, 1) if run.net_then else None
    return {"run": run, "shown": run.sessions[:MOST_SHOWN], "share": share}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
