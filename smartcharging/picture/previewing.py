"""What a hand-made profile would come to beside all that a station holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from chargers.choices import OPEN_STATES, CommandState
from chargers.domain import SetProfile
from chargers.models import ChargingStation, Command, Transaction
from chargers.services.commands.send import adapter_of

from ..choices import ProfileState
from ..engine.composite import (
    ClearFilter,
    CompositeSchedule,
    Context,
    Edition,
    Installed,
    Limit,
    ReadError,
    Request,
    Unit,
    Verdict,
    cleared,
    composite,
    installed_after,
    read_profile,
)
from ..engine.composite import Transaction as Running
from ..engine.composite.reading import PURPOSES
from ..models import InstalledProfile, Outlet
from ..profiles import read_body
from ..profiles.exact import exact, exact_profile

WINDOW: Final = timedelta(hours=24)
HARDWARE_A: Final = 32.0
_SET: Final = "SetChargingProfile"
_CLEAR: Final = "ClearChargingProfile"
# Of a station that is told a profile every minute.
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class PreviewStep:
    """From `starts_at` to `ends_at` at most so many ampere on each line: as it is, and with the profile."""

    starts_at: datetime
    ends_at: datetime
    before_a: float
    after_a: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The next 24 hours. `verdict` is what the station should answer; `beside` how many profiles it holds."""

    verdict: Verdict
    steps: tuple[PreviewStep, ...]
    beside: int


def preview(station: ChargingStation, wish: SetProfile, now: datetime) -> Preview:
    """The composite schedule with and without a profile, as if a car began to charge now where none does.

    Raises InvalidCommand while the station's version is not known.
    """
    context, held = _context(station), tuple(_held(station))
    after = installed_after(Installed(wish.evse_no, exact_profile(wish.profile)), held, context)
    start_s = int(now.timestamp())
    request = Request(wish.evse_no, start_s, int(WINDOW.total_seconds()))
    charging = replace(context, transactions=_charging(context, start_s))
    schedules = composite(held, request, charging), composite(after.installed, request, charging)
    return Preview(after.verdict, tuple(_steps(*schedules)), len(held))


def _steps(before: CompositeSchedule, after: CompositeSchedule) -> Iterator[PreviewStep]:
    edges = {period.start_s for one in (before, after) for period in one.periods} | {before.duration_s}
    for begin, end in pairwise(sorted(edges)):
        at = [datetime.fromtimestamp(before.start_s + second, UTC) for second in (begin, end)]
        amps = [float(one.at(before.start_s + begin).current_a) for one in (before, after)]
        yield PreviewStep(at[0], at[1], amps[0], amps[1])


def _context(station: ChargingStation) -> Context:
    """The station as the engine knows it."""
    known = dict(Outlet.objects.filter(evse__station=station).values_list("evse__number", "maximum_a"))
    numbers = list(station.evses.values_list("number", flat=True)) or [1]
    running = Transaction.objects.filter(station=station, state__in=OPEN_STATES, evse_no__isnull=False)
    return Context(
        hardware={one: Limit(exact(known.get(one, HARDWARE_A)), Unit.AMPERE) for one in numbers},
        transactions={
            one.evse_no or 0: Running(one.reference, int(one.started_at.timestamp())) for one in running
        },
        edition=Edition(adapter_of(station).version.value.removeprefix("ocpp")),
    )


def _charging(context: Context, now_s: int) -> Mapping[int, Running]:
    """With a car at every connector."""
    return {number: Running("", now_s) for number in context.hardware} | dict(context.transactions)


def _held(station: ChargingStation) -> Iterator[Installed]:
    """What the station confirmed: of ours, and what people sent it by hand."""
    for row in InstalledProfile.objects.filter(station=station, state=ProfileState.CONFIRMED):
        yield Installed(row.evse_no, exact_profile(read_body(row.body).profile))
    by_hand = Command.objects.filter(
        station=station, action__in=(_SET, _CLEAR), state=CommandState.ACCEPTED, purpose=""
    )
    found: tuple[Installed, ...] = ()
    for command in reversed(by_hand.order_by("-pk")[:_MOST]):
        found = _after(command, found)
    yield from found


def _after(command: Command, found: Sequence[Installed]) -> tuple[Installed, ...]:
    payload: dict[str, Any] = command.payload
    if command.action == _CLEAR:
        return cleared(_filter(payload), found)[0]
    body = payload.get("csChargingProfiles") or payload.get("chargingProfile")
    try:
        made = Installed(int(payload.get("connectorId", payload.get("evseId", 0))), read_profile(body))
    except ReadError:
        return tuple(found)
    kept = (one for one in found if one.profile.profile_id != made.profile.profile_id)
    return (*kept, made)


def _filter(payload: dict[str, Any]) -> ClearFilter:
    """ClearChargingProfile of either version."""
    wanted = payload.get("chargingProfileCriteria") or payload
    purpose = wanted.get("chargingProfilePurpose")
    return ClearFilter(
        payload.get("id", payload.get("chargingProfileId")),
        wanted.get("connectorId", wanted.get("evseId")),
        None if purpose is None else PURPOSES[purpose],
        wanted.get("stackLevel"),
    )
