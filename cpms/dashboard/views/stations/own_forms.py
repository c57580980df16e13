"""Commands whose form is made by hand, because one made from the schema would not be usable."""

from collections.abc import Callable
from typing import Any

from chargers.models import ChargingStation, Command
from chargers.selectors.transactions import open_transactions_for

from ...access import OperatorRequest
from ...forms.profiles import ClearProfilesForm, ProfileForm, ScheduleForm
from ...forms.saving import submitted

Maker = Callable[[OperatorRequest, ChargingStation], Any]


def own_form(request: OperatorRequest, station: ChargingStation, action: str) -> Any | None:
    """The form of this action; None where the schema makes a good one. It has `request()`, the wish."""
    maker = _MAKERS.get(action)
    return None if maker is None else maker(request, station)


def _profile(request: OperatorRequest, station: ChargingStation) -> ProfileForm:
    earlier = Command.objects.filter(station=station, action="SetChargingProfile").count()
    return ProfileForm(
        submitted(request),
        evses=station.evses.order_by("number"),
        running=open_transactions_for(request.viewer).filter(station=station),
        number=earlier + 1,
    )


def _clear(request: OperatorRequest, station: ChargingStation) -> ClearProfilesForm:
    return ClearProfilesForm(submitted(request), evses=station.evses.order_by("number"))


def _schedule(request: OperatorRequest, station: ChargingStation) -> ScheduleForm:
    return ScheduleForm(submitted(request), evses=station.evses.order_by("number"))


_MAKERS: dict[str, Maker] = {
    "SetChargingProfile": _profile,
    "ClearChargingProfile": _clear,
    "GetCompositeSchedule": _schedule,
}
