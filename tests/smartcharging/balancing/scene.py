"""One managed site with one station, the rounds of the control loop, and the station's answers by hand."""

import uuid
from typing import Any

from chargers.choices import CommandState
from chargers.domain import Outcome
from chargers.models import Command, Evse
from chargers.services.commands.end import Reply, finish
from cpms.core.actors import SYSTEM
from smartcharging.balancing import lease
from smartcharging.balancing.round import play
from smartcharging.services.circuits import circuit_create, outlet_set, policy_set
from tests.worlds import World

SET = "SetChargingProfile"


def managed(world: World) -> World:
    """The world's station behind 32 A that are shared."""
    root = circuit_create(world.site, SYSTEM, name="feeder", limit_a=[32.0, 32.0, 32.0])
    outlet_set(Evse.objects.get(station=world.station), SYSTEM, circuit=root)
    policy_set(world.site, SYSTEM, managed=True)
    return world


def round_of(world: World) -> list[Command]:
    """A round, and the commands it made."""
    known = set(Command.objects.values_list("pk", flat=True))
    held = lease.take(world.site.pk, uuid.UUID(int=1))
    assert held is not None
    play(held)
    return list(Command.objects.exclude(pk__in=known).order_by("pk"))


def answer(command: Command, state: CommandState = CommandState.ACCEPTED, **more: Any) -> None:
    """The station's answer."""
    Command.objects.filter(pk=command.pk).update(state=CommandState.SENT)
    command.refresh_from_db()
    accepted = state == CommandState.ACCEPTED
    assert finish(command, Reply(state, Outcome(accepted, str(state)), **more))


def profile(command: Command) -> dict[str, Any]:
    """The profile a command carries."""
    return dict(command.payload["csChargingProfiles"])


def limits(command: Command) -> list[float]:
    """The limits of a profile, step by step."""
    return [one["limit"] for one in profile(command)["chargingSchedule"]["chargingSchedulePeriod"]]


def trusted(world: World) -> None:
    """Bring the station as far as it is relied on."""
    (failsafe,) = round_of(world)
    answer(failsafe)


def granted(world: World) -> Command:
    """A transaction that runs, with its confirmed profile."""
    trusted(world)
    _ = world.transaction
    (control,) = round_of(world)
    answer(control)
    return control
