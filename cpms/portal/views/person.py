"""What a driver tells of himself and his cars; taking his data with him, and erasing it."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpms.core.form_errors import refuse
from cpms.drivers.export import everything_of
from cpms.drivers.models import Vehicle
from cpms.drivers.selectors import vehicles_of
from cpms.drivers.services import person as service
from cpms.drivers.services.erasure import person_erase, why_not_yet

from ..forms.person import EraseForm, ProfileForm, VehicleForm
from ..own import DriverRequest, driver_page


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: DriverRequest) -> HttpResponse:
    """Name, language, time zone; the pages speak the language at once."""
    kept = service.profile_of(request.user)
    initial = {"name": request.user.get_full_name(), "locale": kept.locale, "time_zone": kept.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and _saved(form, service.profile_set, request.user):
        messages.success(request, _("Saved."))
        answer = redirect("portal:profile")
        if form.cleaned_data["locale"]:
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["locale"], max_age=365 * 24 * 3600, samesite="Lax",
                secure=request.is_secure(), httponly=True,
            )  # fmt: skip
        return answer
    return render(request, "portal/profile.html", {"form": form}, status=422 if form.errors else 200)


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def vehicles(request: DriverRequest) -> HttpResponse:
    """The cars, and the form for one more."""
    form = VehicleForm(request.POST or None)
    if request.method == "POST" and _saved(form, service.vehicle_add, request.user):
        return redirect("portal:vehicles")
    context = {"form": form, "vehicles": vehicles_of(request.user)}
    return render(request, "portal/vehicles.html", context, status=422 if form.errors else 200)


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def vehicle(request: DriverRequest, public_id: str) -> HttpResponse:
    """One car, to be changed."""
    found = _vehicle(request, public_id)
    form = VehicleForm(request.POST or None, initial=VehicleForm.initial_of(found))
    if request.method == "POST" and _saved(form, service.vehicle_change, found):
        return redirect("portal:vehicles")
    return render(
        request, "portal/vehicle.html", {"form": form, "vehicle": found}, status=422 if form.errors else 200
    )


@require_POST
@driver_page
def vehicle_remove(request: DriverRequest, public_id: str) -> HttpResponse:
    """Forget a car."""
    service.vehicle_remove(_vehicle(request, public_id))
    return redirect("portal:vehicles")


@driver_page
@require_safe
def data(request: DriverRequest) -> HttpResponse:
    """What is known, what is kept and why, the file, and the way out."""
    return _data(request, EraseForm())


@driver_page
@require_safe
def export(request: DriverRequest) -> HttpResponse:
    """Everything as one JSON file."""
    text = json.dumps(everything_of(request.user), indent=2, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="my-charging-data.json"'
    return answer


@require_POST
@driver_page
def erase(request: DriverRequest) -> HttpResponse:
    """Erase the person who typed his own address; nothing can bring him back."""
    form = EraseForm(request.POST)
    if form.is_valid() and form.cleaned_data["email"].lower() != request.user.email.lower():
        form.add_error("email", _("This is not the address of your account."))
    if form.is_valid():
        try:
            person_erase(request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            logout(request)
            messages.success(request, _("Your account is erased."))
            return redirect("portal:home")
    return _data(request, form)


def _data(request: DriverRequest, form: EraseForm) -> HttpResponse:
    context = {"form": form, "why_not": why_not_yet(request.user)}
    return render(request, "portal/data.html", context, status=422 if form.errors else 200)


def _saved(form: Any, write: Any, *whose: Any) -> bool:
    """Whether the service took the form's values; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        write(*whose, **form.values())
    except ValidationError as error:
        refuse(form, error)
        return False
    return True


def _vehicle(request: DriverRequest, public_id: str) -> Vehicle:
    return get_object_or_404(vehicles_of(request.user), public_id=public_id)
