"""What is done with tariffs: published, assigned, ended; and the question which one applies."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import VersionState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.selectors.tariffs import tariff_assignments_for
from billing.services.tariffs import versions as service
from billing.services.tariffs.explain import tariff_explain
from billing.services.tariffs.following import version_sentence
from billing.services.tariffs.overview import overview, place_text, version_tariff
from billing.services.tariffs.surroundings import surroundings_of
from chargers.selectors.stations import sites_for, stations_for
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from cpms.core import clock

from ... import tariff_editor
from ...access import OperatorRequest, page
from ...forms.saving import refuse, save, submitted
from ...forms.tariff_acts import (
    AssignForm,
    EndForm,
    PublishForm,
    WhichForm,
)
from ...money import frame
from .tariffs import tariff_or_404, version_differences

MOST_STATIONS, MOST_TAGS = 500, 200


@page("billing.edit", "money")
def tariff_publish(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Look at the draft once more, then freeze it. Errors refuse; warnings are shown."""
    family = tariff_or_404(request, public_id)
    draft = family.versions.filter(state=VersionState.DRAFT).first()
    if draft is None:
        messages.info(request, "There is no draft to publish.")
        return redirect("dashboard:tariff", public_id)
    form = PublishForm(submitted(request), initial={"version": draft.digest, "when": "now"})
    if request.method == "POST" and _published(request, family, draft, form):
        messages.success(request, f"Version {draft.number} is published. It stays as it is for ever.")
        return redirect("dashboard:tariff", public_id)
    before = overview(family, clock.now()).current
    context = {
        "tariff": family,
        "draft": draft,
        "form": form,
        "before": before,
        "differences": version_differences(before, draft) if before else (),
        "price": version_sentence(draft, version_tariff(draft)),
    }
    context |= tariff_editor.preview(request, draft.body, family)
    return render(request, "dashboard/tariff_publish.html", context, status=422 if form.errors else 200)


def _published(
    request: OperatorRequest, family: TariffFamily, draft: TariffVersion, form: PublishForm
) -> TariffVersion | None:
    if not form.is_valid():
        return None
    if form.cleaned_data["version"] != draft.digest:
        form.add_error(None, "The draft was changed meanwhile: look at it again before you publish it.")
        return None
    later = form.cleaned_data["valid_from"] if form.cleaned_data["when"] == "later" else None
    around = surroundings_of(family, clock.now())
    try:
        return service.version_publish(draft, later, request.viewer.actor, around)
    except service.NotPublishable:
        form.add_error(None, "The look at it found errors: mend them first.")
    except ValidationError as error:
        refuse(form, error)
    return None


@page("billing.edit", "money")
def tariff_assign(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Say where and for whom a tariff holds."""
    family = tariff_or_404(request, public_id)
    stations = stations_for(request.viewer).filter(organisation=family.organisation_id)
    form = AssignForm(
        submitted(request),
        sites=sites_for(request.viewer).filter(organisation=family.organisation_id),
        stations=stations,
        groups=id_tag_groups_for(request.viewer).filter(organisation=family.organisation_id),
    )
    made = save(form, service.tariff_assign, family=family, actor=request.viewer.actor)
    if made:
        messages.success(request, f"Assigned: {place_text(made)}.")
        return redirect("dashboard:tariff", public_id)
    context = {"form": form, "tariff": family, "stations": stations[:MOST_STATIONS]}
    return render(request, "dashboard/tariff_assign.html", context, status=422 if form.errors else 200)


def _assignment_or_404(request: OperatorRequest, public_id: str) -> TariffAssignment:
    return get_object_or_404(tariff_assignments_for(request.viewer), public_id=public_id)


@page("billing.edit", "money")
def assignment_end(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let an assignment end, now or later."""
    found = _assignment_or_404(request, public_id)
    form = EndForm(submitted(request))
    if request.method == "POST" and _ended(request, found, form):
        messages.success(request, "It ends. Sessions that began before keep their price.")
        return redirect("dashboard:tariff", found.family.public_id)
    context = {"form": form, "assignment": found, "tariff": found.family, "place": place_text(found)}
    context["is_begun"] = found.valid_from <= clock.now()
    return render(request, "dashboard/tariff_end.html", context, status=422 if form.errors else 200)


def _ended(request: OperatorRequest, found: TariffAssignment, form: EndForm) -> bool:
    if not form.is_valid():
        return False
    try:
        service.assignment_end(found, form.cleaned_data["at"], request.viewer.actor)
    except ValidationError as error:
        form.add_error("at", " ".join(error.messages))
        return False
    return True


@require_POST
@page("billing.edit", "money")
def assignment_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take back an assignment that has not begun."""
    found = _assignment_or_404(request, public_id)
    try:
        service.assignment_remove(found, request.viewer.actor)
        messages.success(request, "The assignment is taken back; it never applied.")
    except ValidationError:
        messages.error(request, "It has begun: end it instead.")
    return redirect("dashboard:tariff", found.family.public_id)


@page("billing.view", "money")
def tariff_which(request: OperatorRequest) -> HttpResponse:
    """Which tariff applies at an EVSE, for whom, when; and why each other one does not."""
    viewer = request.viewer
    stations, tags, groups = stations_for(viewer), id_tags_for(viewer), id_tag_groups_for(viewer)
    form = WhichForm(
        request.GET if "station" in request.GET else None, stations=stations, tags=tags, groups=groups
    )
    context = frame(request, "which") | {
        "form": form,
        "stations": stations[:MOST_STATIONS],
        "tags": tags[:MOST_TAGS],
    }
    if form.is_bound and form.is_valid():
        context |= _answer(form)
    return render(request, "dashboard/tariff_which.html", context)


def _answer(form: WhichForm) -> dict[str, Any]:
    asked = form.cleaned_data
    at = asked["at"] or clock.now()
    found = tariff_explain(asked["station"], asked["evse_no"], form.asked_group(), at)
    version = found.choice.version
    return {
        "explanation": found,
        "at": at,
        "version": version,
        "price": version_sentence(version, version_tariff(version)) if version else "",
        "verdicts": [(one, place_text(one.assignment)) for one in found.verdicts],
    }
