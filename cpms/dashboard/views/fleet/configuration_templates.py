"""Configuration templates, what they would do to which station, and what they did."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.choices import PushState
from chargers.models import ChargingStation, ConfigurationPush, ConfigurationTemplate, StationSetting
from chargers.selectors.configuration import drifted_settings_for, pushes_for, templates_for
from chargers.selectors.stations import sites_for, stations_for
from chargers.services.configuration import templates as service
from chargers.services.configuration.plan import push_plan
from chargers.services.configuration.push import changes_now, push_start
from chargers.services.configuration.results import OPEN, overall

from ... import listing
from ...access import OperatorRequest, page
from ...change_groups import grouped
from ...forms.configuration import TargetForm, TemplateForm
from ...forms.saving import save, submitted
from ...maintenance import frame

RECENT_PUSHES = 8
MOST_SHOWN = 200


@page("stations.view", "maintenance")
def configuration(request: OperatorRequest) -> HttpResponse:
    """Templates with the number of stations they fit, drift, and the latest pushes."""
    stations = list(stations_for(request.viewer))
    templates = [
        {"template": template, "fits": len(service.stations_of(template, stations))}
        for template in templates_for(request.viewer)
    ]
    pushes = pushes_for(request.viewer).prefetch_related("results")[:RECENT_PUSHES]
    drifted = drifted_settings_for(request.viewer)
    context = frame(request, "configuration") | {
        "templates": templates,
        "pushes": [_with_state(push) for push in pushes],
        "drifted": drifted.count(),
        "drifted_stations": drifted.order_by().values("station").distinct().count(),
    }
    return render(request, "dashboard/configuration.html", context)


def _with_state(push: ConfigurationPush) -> dict[str, Any]:
    states = [result.state for result in push.results.all()]
    finished = sum(state not in OPEN for state in states)
    return {"push": push, "state": overall(set(states)), "total": len(states), "finished": finished}


def _template_or_404(request: OperatorRequest, public_id: str) -> ConfigurationTemplate:
    return get_object_or_404(templates_for(request.viewer), public_id=public_id)


@page("stations.edit", "maintenance")
def template_new(request: OperatorRequest) -> HttpResponse:
    """A new template."""
    blank = ConfigurationTemplate(organisation=request.organisation)
    form = TemplateForm(submitted(request), instance=blank)
    made = save(form, service.template_create, organisation=request.organisation, actor=request.viewer.actor)
    if made:
        messages.success(request, "Template made. Nothing is sent before you push it.")
        return redirect("dashboard:template_push", made.public_id)
    return render(request, "dashboard/template_form.html", {"form": form}, status=422 if form.errors else 200)


@page("stations.edit", "maintenance")
def template_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a template."""
    found = _template_or_404(request, public_id)
    form = TemplateForm(submitted(request), instance=copy(found))
    if save(form, service.template_update, template=found, actor=request.viewer.actor):
        messages.success(request, "Saved. Stations get the change with the next push.")
        return redirect("dashboard:template_push", public_id)
    context = {"form": form, "template": found}
    return render(request, "dashboard/template_form.html", context, status=422 if form.errors else 200)


@require_POST
@page("stations.edit", "maintenance")
def template_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a template; stations keep their values."""
    service.template_remove(_template_or_404(request, public_id), request.viewer.actor)
    messages.success(request, "Template removed. Stations keep the values they have.")
    return redirect("dashboard:configuration")


@page("commands.send", "maintenance")
def template_push(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What the template would do at which station; a POST does it."""
    found = _template_or_404(request, public_id)
    mine = stations_for(request.viewer).filter(organisation=found.organisation)
    fitting = service.stations_of(found, mine)
    form = TargetForm(
        request.POST if request.method == "POST" else request.GET or None,
        sites=sites_for(request.viewer),
        stations=mine.filter(pk__in=[station.pk for station in fitting]),
    )
    chosen = _chosen(form, fitting)
    if request.method == "POST" and chosen and form.is_valid():
        push = push_start(found.organisation, found.name, found.entries, chosen, request.viewer.actor, found)
        return redirect("dashboard:push", push.public_id)
    plans = push_plan(found.entries, chosen[:MOST_SHOWN], found)
    context = {
        "template": found,
        "form": form,
        "plans": [(plan, grouped(plan.changes)) for plan in plans],
        "total": len(chosen),
        "to_set": sum(plan.to_set > 0 for plan in plans),
        "offline": sum(not plan.is_online for plan in plans),
        "unread": sum(not plan.is_read for plan in plans),
        "left_alone": sum(plan.left_alone > 0 for plan in plans),
    }
    return render(request, "dashboard/template_push.html", context, status=422 if form.errors else 200)


def _chosen(form: TargetForm, fitting: list[ChargingStation]) -> list[ChargingStation]:
    """Of the stations the template fits: the chosen ones, those of the chosen site, else all."""
    if not form.is_bound or not form.is_valid():
        return fitting
    site, named = form.cleaned_data["site"], {station.pk for station in form.cleaned_data["stations"]}
    return [
        station
        for station in fitting
        if (not named or station.pk in named) and (site is None or station.site_id == site.pk)
    ]


@page("stations.view", "maintenance")
def push(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How far a push is, station by station and setting by setting."""
    found = get_object_or_404(pushes_for(request.viewer), public_id=public_id)
    results = list(found.results.select_related("station__connection"))
    shown = listing.paginate(request, found.results.select_related("station__connection"))
    keys = [result.station_id for result in shown.object_list]
    rows: dict[int, dict[str, StationSetting]] = {key: {} for key in keys}
    for row in StationSetting.objects.filter(station_id__in=keys):
        rows[row.station_id][row.name.lower()] = row
    states = [result.state for result in results]
    context = {
        "push": found,
        "page": shown,
        "rows": [(each, grouped(changes_now(each, rows[each.station_id]))) for each in shown.object_list],
        "state": overall(set(states)),
        "total": len(states),
        "finished": sum(state not in OPEN for state in states),
        "counts": [(state, states.count(state)) for state in PushState.values if states.count(state)],
        "is_busy": any(state in OPEN for state in states),
    }
    return render(request, "dashboard/push.html", context)
