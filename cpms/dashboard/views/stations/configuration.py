"""A station's settings: wanted, reported, checked; and its local list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import OPEN_ANSWERS, SettingState
from chargers.filters.configuration import DriftFilter, SettingFilter
from chargers.models import StationConfiguration, StationSetting
from chargers.selectors.configuration import drifted_settings_for, settings_for, station_lists_for
from chargers.selectors.stations import sites_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.configuration.read import settings_read
from chargers.services.configuration.write import settings_want

from ... import listing
from ...access import OperatorRequest, page
from ...forms.configuration import SettingForm
from ...forms.saving import refuse
from ...maintenance import frame as maintenance_frame
from .stations import frame, station_or_404

ROWS = 100


@page("stations.view", "stations")
def station_configuration(request: OperatorRequest, public_id: str) -> HttpResponse:
    """All settings of a station, narrowed by state and words in the address."""
    station = station_or_404(request.viewer, public_id)
    mine = settings_for(request.viewer).filter(station=station)
    asked = {
        "search": listing.text(request, "search"),
        "state": listing.chosen(request, "state", SettingState.values),
    }
    configuration = StationConfiguration.objects.filter(station=station).first()
    is_reading = bool(configuration and configuration.reading_since)
    context = frame(request, station, "configuration") | {
        "page": listing.paginate(request, SettingFilter(asked, mine).qs.order_by("name"), ROWS),
        "configuration": configuration,
        "is_reading": is_reading,
        "is_busy": is_reading or mine.filter(answer__in=OPEN_ANSWERS).exists(),
        "asked": asked,
        "filtered": any(asked.values()),
        "states": SettingState.choices,
        "drifted": mine.filter(state=SettingState.DRIFTED).count(),
        "station_list": station_lists_for(request.viewer).filter(station=station).first(),
    }
    return render(request, "dashboard/station/configuration.html", context)


@require_POST
@page("commands.send", "stations")
def station_configuration_read(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Read everything now."""
    station = station_or_404(request.viewer, public_id)
    try:
        begun = settings_read(station, request.viewer.actor)
    except InvalidCommand as error:
        messages.error(request, f"{capfirst(str(error))}.")
    else:
        text = "Reading has begun." if begun else "It is being read already."
        messages.success(request, f"{text} The values appear as the station answers.")
    return redirect("dashboard:station_configuration", public_id)


@page("commands.send", "stations")
def station_setting(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Want a value of one setting, `?name=`; with `drop` nothing is wanted of it any more."""
    station = station_or_404(request.viewer, public_id)
    name = listing.text(request, "name", 200)
    row = settings_for(request.viewer).filter(station=station, name__iexact=name).first() if name else None
    form = SettingForm(request.POST or None, known=row is not None, initial=_initial(row, name))
    if request.method == "POST" and form.is_valid():
        value = None if "drop" in request.POST else form.cleaned_data["value"]
        try:
            settings_want(station, {form.cleaned_data["name"]: value}, request.viewer.actor)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _said(form.cleaned_data["name"], value))
            return redirect("dashboard:station_configuration", public_id)
    context = {"station": station, "form": form, "setting": row}
    return render(request, "dashboard/station_setting.html", context, status=422 if form.errors else 200)


def _initial(row: StationSetting | None, name: str) -> dict[str, str]:
    if row is None:
        return {"name": name}
    value = row.reported if row.desired is None else row.desired
    return {"name": row.name, "value": value or ""}


def _said(name: str, value: str | None) -> str:
    if value is None:
        return f"Nothing is wanted of {name} any more; the station keeps the value it has."
    return f"{name} is being set. It is read back after the station has accepted it."


@page("stations.view", "maintenance")
def drift(request: OperatorRequest) -> HttpResponse:
    """Settings of the whole fleet that differ from what is wanted."""
    asked = {"search": listing.text(request, "search"), "site": listing.text(request, "site", 40)}
    rows = DriftFilter(asked, drifted_settings_for(request.viewer)).qs
    context = maintenance_frame(request, "configuration") | {
        "page": listing.paginate(request, rows),
        "asked": asked,
        "filtered": any(asked.values()),
        "sites": sites_for(request.viewer),
    }
    return render(request, "dashboard/configuration_drift.html", context)
