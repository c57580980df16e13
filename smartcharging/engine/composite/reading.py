"""Charging profiles from the JSON of OCPP 1.6, 2.0.1 and 2.1; what is wrong is named with its place."""

from typing import Any

from smartcharging.engine.composite.model import (
    ALL_PHASES,
    Kind,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from smartcharging.engine.node import Node, ReadError

PURPOSES = {purpose.value: purpose for purpose in Purpose} | {"ChargePointMaxProfile": Purpose.STATION_MAX}
# No single schedule follows from these: a limit for each phase, chance, the battery, the station's own clock.
NOT_COMPUTED = {
    "limit_L2": "limits per phase are not computed",
    "limit_L3": "limits per phase are not computed",
    "limitAtSoC": "a limit that depends on the battery is not computed",
    "randomizedDelay": "a random delay is not computed",
    "useLocalTime": "the local time of the station is not known here",
}


def read_profile(data: Any, place: str = "profile") -> Profile:
    """A profile of any edition.

    `data` is the decoded JSON object of ChargingProfile; numbers may be int, float or Decimal. 1.6 writes
    chargingProfileId and one chargingSchedule, 2.x id and a list. Errors: ReadError with the place.
    """
    node = Node(data, place)
    return Profile(
        profile_id=node.either("id", "chargingProfileId").integer(),
        stack_level=node["stackLevel"].integer(),
        purpose=node["chargingProfilePurpose"].choice(PURPOSES),
        kind=node["chargingProfileKind"].choice({kind.value: kind for kind in Kind}),
        schedules=_schedules(node["chargingSchedule"]),
        recurrency=node.optional("recurrencyKind", _recurrency),
        valid_from_s=node.optional("validFrom", Node.time),
        valid_to_s=node.optional("validTo", Node.time),
        transaction_id=node.optional("transactionId", Node.identifier),
        max_offline_s=node.optional("maxOfflineDuration", Node.integer),
    )


def _recurrency(node: Node) -> Recurrency:
    return node.choice({kind.value: kind for kind in Recurrency})


def _schedules(node: Node) -> tuple[Schedule, ...]:
    nodes = node.items() if isinstance(node.value, list) else [node]
    if not nodes:
        raise ReadError(node.place, "holds no schedule")
    return tuple(_schedule(one) for one in nodes)


def _schedule(node: Node) -> Schedule:
    _refuse_what_is_not_computed(node)
    return Schedule(
        unit=node["chargingRateUnit"].choice({unit.value: unit for unit in Unit}),
        periods=tuple(_period(one) for one in node["chargingSchedulePeriod"].items()),
        schedule_id=node.optional("id", Node.integer),
        start_s=node.optional("startSchedule", Node.time),
        duration_s=node.optional("duration", Node.integer),
    )


def _period(node: Node) -> Period:
    _refuse_what_is_not_computed(node)
    return Period(
        start_s=node["startPeriod"].integer(),
        limit=node["limit"].number(),
        number_phases=node.optional("numberPhases", read_phase),
        phase_to_use=node.optional("phaseToUse", read_phase),
    )


def read_phase(node: Node) -> int:
    """The number of phases, or that of one of them: 1 to 3."""
    phase = node.integer()
    if not 1 <= phase <= ALL_PHASES:
        raise ReadError(node.place, f"must be 1 to {ALL_PHASES}, not {phase}")
    return phase


def _refuse_what_is_not_computed(node: Node) -> None:
    for name, why in NOT_COMPUTED.items():
        if node.object().get(name):
            raise ReadError(f"{node.place}.{name}", why)
