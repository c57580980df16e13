"""Which profiles a station should refuse, and in which edition."""

from dataclasses import replace
from typing import Any

import pytest

from smartcharging.engine.composite import Capabilities, Context, Edition, Installed, accepts, read_profile
from tests.smartcharging.builders import AMPERE_ONLY, on, profile_json, running, station, station_max, tx

OCPP_1_6, OCPP_2_0_1, OCPP_2_1 = Edition
EVERY = tuple(Edition)
LATER = (OCPP_2_0_1, OCPP_2_1)
BUSY = station(connectors=2, transactions={1: running()}, capabilities=AMPERE_ONLY)
EXTERNAL = {"chargingProfilePurpose": "ChargingStationExternalConstraints"}
PRIORITY = {"chargingProfilePurpose": "PriorityCharging"}
GENERATION = {"chargingProfilePurpose": "LocalGeneration"}
RECURRING = {"chargingProfileKind": "Recurring"}
PLACE = "chargingSchedule[0].chargingSchedulePeriod"

REFUSED: list[tuple[str, Installed, list[Installed], tuple[Edition, ...], str]] = [
    ("connector above", on(3, 10), [], EVERY, "connector 3: the station has no such connector"),
    ("connector below", on(-1, 10), [], EVERY, "connector -1: the station has no such connector"),
    (
        "priority",
        on(1, 10, **PRIORITY),
        [],
        (OCPP_1_6, OCPP_2_0_1),
        "chargingProfilePurpose: PriorityCharging is not known to OCPP",
    ),
    (
        "generation",
        on(0, 10, **GENERATION),
        [],
        (OCPP_1_6, OCPP_2_0_1),
        "LocalGeneration is not known to OCPP",
    ),
    (
        "dynamic",
        on(1, 10, chargingProfileKind="Dynamic"),
        [],
        (OCPP_1_6, OCPP_2_0_1),
        "chargingProfileKind: Dynamic is not known to OCPP",
    ),
    (
        "external",
        on(0, 10, **EXTERNAL),
        [],
        EVERY,
        "chargingProfilePurpose: external constraints are set by others",
    ),
    (
        "id of external",
        on(1, 10, id=5),
        [on(0, 9, id=5, **EXTERNAL)],
        EVERY,
        "id: 5 belongs to an external constraint",
    ),
    ("tx on 0", tx(0, 10), [], EVERY, "connector 0: a TxProfile needs a connector or EVSE above 0"),
    (
        "priority on 0",
        on(0, 10, **PRIORITY),
        [],
        (OCPP_2_1,),
        "connector 0: a PriorityCharging profile needs an EVSE above 0",
    ),
    (
        "maximum on 1",
        replace(station_max(9), connector=1),
        [],
        EVERY,
        "connector 1: the maximum of a station is set on connector 0",
    ),
    (
        "maximum relative",
        station_max(9, chargingProfileKind="Relative"),
        [],
        LATER,
        "chargingProfileKind: the maximum of a station may not be Relative",
    ),
    (
        "no recurrency",
        on(1, 10, **RECURRING),
        [],
        EVERY,
        "recurrencyKind: is missing from a Recurring profile",
    ),
    (
        "never valid",
        on(1, 10, valid_from=60, valid_to=60),
        [],
        EVERY,
        "validTo: does not come after validFrom",
    ),
    (
        "level above",
        on(1, 10, stackLevel=6),
        [],
        EVERY,
        "stackLevel: 6 is above the station's highest level 5",
    ),
    ("level below", on(1, 10, stackLevel=-1), [], EVERY, "stackLevel: -1 is below 0"),
    ("no period", on(1), [], EVERY, "chargingSchedulePeriod: holds no period"),
    (
        "four periods",
        on(1, *((at, 10 + at) for at in range(4))),
        [],
        EVERY,
        "chargingSchedulePeriod: 4 periods are more than 3",
    ),
    ("no duration", on(1, 10, duration=0), [], EVERY, ".duration: must be above 0, not 0"),
    ("start below 0", on(1, (-1, 10)), [], EVERY, "chargingSchedulePeriod[0].startPeriod: -1 is below 0"),
    ("limit below 0", on(1, 10, (60, -0.1)), [], EVERY, "chargingSchedulePeriod[1].limit: -0.1 is below 0"),
    ("late first", on(1, (1, 10)), [], LATER, f"{PLACE}[0].startPeriod: the first must be 0, not 1"),
    (
        "disorder",
        on(1, 10, (60, 9), (30, 8)),
        [],
        LATER,
        f"{PLACE}[2].startPeriod: 30 does not come after 60",
    ),
    ("twice", on(1, 10, (60, 9), (60, 8)), [], LATER, f"{PLACE}[2].startPeriod: 60 does not come after 60"),
    (
        "phase of three",
        on(1, 10, period={"phaseToUse": 1}),
        [],
        LATER,
        f"{PLACE}[0].phaseToUse: needs numberPhases 1",
    ),
    (
        "phase of two",
        on(1, 10, period={"phaseToUse": 1, "numberPhases": 2}),
        [],
        LATER,
        "phaseToUse: needs numberPhases 1",
    ),
    (
        "phase of one",
        on(1, 10, period={"phaseToUse": 1, "numberPhases": 1}),
        [],
        LATER,
        "phaseToUse: the station cannot choose the phase",
    ),
    (
        "absolute without start",
        on(1, 10, start=None),
        [],
        LATER,
        "chargingSchedule[0].startSchedule: is missing, and the profile is Absolute",
    ),
    (
        "recurring without start",
        on(1, 10, start=None, recurrencyKind="Daily", **RECURRING),
        [],
        LATER,
        "startSchedule: is missing, and the profile is Recurring",
    ),
    (
        "relative with start",
        on(1, 10, start=0, chargingProfileKind="Relative"),
        [],
        LATER,
        "startSchedule: a Relative profile must not carry one",
    ),
    (
        "dynamic with two",
        on(1, 10, (60, 9), chargingProfileKind="Dynamic"),
        [],
        (OCPP_2_1,),
        "chargingSchedule: a Dynamic profile has one period, not 2",
    ),
    ("unit", on(1, 10, unit="W"), [], EVERY, ".chargingRateUnit: the station does not take W"),
    (
        "tx without id",
        tx(1, 10, transactionId=None),
        [],
        LATER,
        "transactionId: a TxProfile names its transaction",
    ),
    (
        "default with id",
        on(1, 10, transactionId=7),
        [],
        LATER,
        "transactionId: only a TxProfile names a transaction",
    ),
    ("tx on idle", tx(2, 10), [], EVERY, "transactionId: no transaction runs on connector 2"),
    ("tx of another", tx(1, 10, transactionId=8), [], EVERY, "transactionId: 8 does not run on connector 1"),
    (
        "rival of tx",
        tx(1, 10, id=9),
        [tx(1, 9)],
        LATER,
        "stackLevel: TxProfile 2 has level 0 for transaction 7",
    ),
    (
        "rival default",
        on(1, 10, id=9),
        [on(1, 9)],
        LATER,
        "stackLevel: profile 1 has level 0 at the same time",
    ),
    (
        "default for all",
        on(0, 10, id=9),
        [on(1, 9)],
        LATER,
        "stackLevel: TxDefaultProfile 1 on connector 1 has this level already",
    ),
    (
        "default for one",
        on(1, 10, id=9),
        [on(0, 9)],
        LATER,
        "stackLevel: TxDefaultProfile 1 on connector 0 has this level already",
    ),
    (
        "full",
        on(1, 10, id=9, stackLevel=3),
        [on(1, 9), station_max(9)],
        EVERY,
        "the station holds 2 profiles already and takes 2",
    ),
]
CASES = [
    pytest.param(candidate, installed, edition, reason, edition in editions, id=f"{name} in {edition}")
    for name, candidate, installed, editions, reason in REFUSED
    for edition in Edition
]


@pytest.mark.parametrize(("candidate", "installed", "edition", "reason", "refused"), CASES)
def test_a_station_refuses_for_this_reason_in_these_editions(
    candidate: Installed, installed: list[Installed], edition: Edition, reason: str, refused: bool
) -> None:
    verdict = accepts(candidate, installed, replace(BUSY, edition=edition))
    assert (reason in verdict.reason) is refused
    if refused:
        assert (verdict.accepted, verdict.status) == (False, "Rejected")


ACCEPTED: list[tuple[str, Installed, list[Installed], tuple[Edition, ...]]] = [
    ("default", on(1, 10), [], EVERY),
    ("default for all", on(0, 10), [], EVERY),
    ("maximum", station_max(10), [], EVERY),
    ("transaction", tx(1, 0), [], EVERY),
    ("highest level", on(1, 10, stackLevel=5), [], EVERY),
    ("three periods", on(1, 10, (1, 9), (2, 8)), [], EVERY),
    ("a second", on(1, 10, duration=1, valid_from=0, valid_to=1), [], EVERY),
    ("daily", on(1, 10, recurrencyKind="Daily", **RECURRING), [], EVERY),
    ("relative", on(1, 10, chargingProfileKind="Relative"), [], EVERY),
    ("same id", tx(1, 10), [tx(1, 9), on(1, 9)], EVERY),
    ("same id elsewhere", on(1, 10), [on(0, 9), station_max(9)], EVERY),
    ("another level", tx(1, 10, id=9, stackLevel=1), [tx(1, 9)], EVERY),
    ("another connector", on(2, 10, id=9), [on(1, 9)], EVERY),
    ("another purpose", tx(1, 10), [on(1, 9)], EVERY),
    ("another transaction", tx(1, 10, id=9), [tx(1, 9, transactionId=8)], EVERY),
    ("default for all at another level", on(0, 10, id=9, stackLevel=1), [on(1, 9)], EVERY),
    ("after the other", on(1, 10, id=9, valid_from=60), [on(1, 9, valid_to=60)], EVERY),
    ("before the other", on(1, 10, id=9, valid_to=60), [on(1, 9, valid_from=60)], EVERY),
    ("place of another", on(1, 10, id=9), [on(1, 9), station_max(9)], (OCPP_1_6,)),
    ("priority", on(1, 10, **PRIORITY), [], (OCPP_2_1,)),
    ("generation", on(0, 10, **GENERATION), [], (OCPP_2_1,)),
    ("dynamic", on(1, 10, chargingProfileKind="Dynamic"), [], (OCPP_2_1,)),
    ("late first", on(1, (60, 10)), [], (OCPP_1_6,)),
    ("no start", on(1, 10, start=None), [], (OCPP_1_6,)),
    ("transaction without id", tx(1, 10, transactionId=None), [], (OCPP_1_6,)),
]
TAKEN = [
    pytest.param(candidate, installed, edition, id=f"{name} in {edition}")
    for name, candidate, installed, editions in ACCEPTED
    for edition in editions
]


@pytest.mark.parametrize(("candidate", "installed", "edition"), TAKEN)
def test_a_station_takes_what_breaks_no_rule(
    candidate: Installed, installed: list[Installed], edition: Edition
) -> None:
    verdict = accepts(candidate, installed, replace(BUSY, edition=edition))
    assert (verdict.status, verdict.reason) == ("Accepted", "")


def with_schedules(count: int) -> Installed:
    data: dict[str, Any] = profile_json(10)
    data["chargingSchedule"] *= count
    return Installed(1, read_profile(data))


@pytest.mark.parametrize(("edition", "most"), [(OCPP_1_6, 1), (OCPP_2_0_1, 3), (OCPP_2_1, 3)])
def test_a_vehicle_chooses_among_three_schedules_where_it_can(edition: Edition, most: int) -> None:
    context = station(edition=edition)
    assert accepts(with_schedules(most), [], context).accepted
    reason = accepts(with_schedules(most + 1), [], context).reason
    assert reason == f"chargingSchedule: {most + 1} schedules are more than {most}"


def test_the_first_edition_has_one_schedule_and_no_index() -> None:
    reason = accepts(on(1, 10, duration=-1), [], station(edition=OCPP_1_6)).reason
    assert reason == "chargingSchedule.duration: must be above 0, not -1"


def test_a_fault_in_a_later_schedule_is_found() -> None:
    data = profile_json(10)
    data["chargingSchedule"].append(data["chargingSchedule"][0] | {"duration": -1})
    reason = accepts(Installed(1, read_profile(data)), [], station()).reason
    assert reason == "chargingSchedule[1].duration: must be above 0, not -1"


def test_a_station_that_switches_phases_may_be_told_which() -> None:
    switching: Context = station(capabilities=Capabilities(phase_switching=True))
    assert accepts(on(1, 10, period={"phaseToUse": 2, "numberPhases": 1}), [], switching).accepted
    assert not accepts(on(1, 10, period={"phaseToUse": 2}), [], switching).accepted


def test_a_station_that_names_no_maximum_refuses_for_none() -> None:
    many = [on(1, 10, id=at, stackLevel=at) for at in range(100)]
    long = on(1, *((at, at) for at in range(1024)), id=999, stackLevel=999, unit="W")
    assert accepts(long, many, station()).accepted
