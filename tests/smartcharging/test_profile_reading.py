"""Profiles are read from the JSON of every edition, and refused with the place of the fault."""

import copy
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from smartcharging.engine.composite import (
    Kind,
    Limit,
    Period,
    Profile,
    Purpose,
    ReadError,
    Recurrency,
    Schedule,
    Unit,
    read_profile,
)
from tests.smartcharging.builders import EIGHT_S, profile_json

FIRST = {
    "chargingProfileId": 7,
    "transactionId": 12,
    "stackLevel": 2,
    "chargingProfilePurpose": "ChargePointMaxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": "2026-03-02T09:00:00+01:00",
    "validTo": "2026-03-02T08:00:01.999Z",
    "chargingSchedule": {
        "duration": 60,
        "startSchedule": "2026-03-02T08:00:00Z",
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.1, "numberPhases": 2}],
        "minChargingRate": 6,
    },
}


def test_a_profile_of_the_first_edition_is_read() -> None:
    period = Period(0, Fraction(81, 10), 2, None)
    assert read_profile(FIRST) == Profile(
        profile_id=7,
        stack_level=2,
        purpose=Purpose.STATION_MAX,
        kind=Kind.RECURRING,
        schedules=(Schedule(Unit.WATT, (period,), None, EIGHT_S, 60),),
        recurrency=Recurrency.WEEKLY,
        valid_from_s=EIGHT_S,
        valid_to_s=EIGHT_S + 1,
        transaction_id="12",
    )


def test_a_profile_of_a_later_edition_is_read() -> None:
    data = profile_json(
        10, period={"numberPhases": 1, "phaseToUse": 3}, transactionId="ab", maxOfflineDuration=0
    )
    profile = read_profile(data)
    assert (profile.profile_id, profile.transaction_id, profile.max_offline_s) == (1, "ab", 0)
    assert profile.schedules[0].schedule_id == 1
    assert profile.schedules[0].periods == (Period(0, Fraction(10), 1, 3),)


@pytest.mark.parametrize("limit", [0.1, Decimal("0.1"), Decimal("0.10")])
def test_a_decimal_is_what_is_written(limit: Any) -> None:
    assert read_profile(profile_json(limit)).schedules[0].periods[0].limit == Fraction(1, 10)


@pytest.mark.parametrize("limit", ["1E+31", "-1E+31", "1E-31", "1E+999999999"])
def test_a_number_of_absurd_size_is_refused(limit: str) -> None:
    with pytest.raises(ReadError, match=r"limit: is out of range$"):
        read_profile(profile_json(Decimal(limit)))


@pytest.mark.parametrize("limit", ["1E+30", "1E-30", "0E+99", "0"])
def test_a_number_of_usual_size_is_read(limit: str) -> None:
    assert read_profile(profile_json(Decimal(limit))).schedules[0].periods[0].limit == Fraction(
        Decimal(limit)
    )


def test_what_is_null_is_absent() -> None:
    assert read_profile(profile_json(1, validTo=None, recurrencyKind=None)).valid_to_s is None


def test_fields_without_a_say_in_the_limit_are_passed_over() -> None:
    data = profile_json(1, customData={"vendorId": "x"}, useLocalTime=False, randomizedDelay=0)
    assert read_profile(data) == read_profile(profile_json(1))


PERIOD = "profile.chargingSchedule.chargingSchedulePeriod[0]"
BROKEN = [
    ("stackLevel", "1", "profile.stackLevel: is not a whole number"),
    ("stackLevel", True, "profile.stackLevel: is not a whole number"),
    ("stackLevel", 1.0, "profile.stackLevel: is not a whole number"),
    (
        "chargingProfilePurpose",
        "Tx",
        "profile.chargingProfilePurpose: 'Tx' is none of ChargingStationMaxProfile, ",
    ),
    ("chargingProfilePurpose", 5, "profile.chargingProfilePurpose: is not a text"),
    (
        "chargingProfileKind",
        "x" * 90,
        "profile.chargingProfileKind: '" + "x" * 40 + "' is none of Absolute, ",
    ),
    ("recurrencyKind", "Monthly", "profile.recurrencyKind: 'Monthly' is none of Daily, Weekly"),
    ("validFrom", "yesterday", "profile.validFrom: 'yesterday' is not a time"),
    ("validFrom", "2026-03-02T08:00:00", "profile.validFrom: has no offset from UTC"),
    ("validTo", 12, "profile.validTo: is not a text"),
    ("transactionId", 1.5, "profile.transactionId: is not a whole number"),
    ("maxOfflineDuration", "1", "profile.maxOfflineDuration: is not a whole number"),
    ("chargingSchedule", "now", "profile.chargingSchedule: is not an object"),
    ("chargingSchedule", [], "profile.chargingSchedule: holds no schedule"),
    ("chargingSchedule", [5], "profile.chargingSchedule[0]: is not an object"),
    (
        "chargingSchedule.chargingRateUnit",
        "kW",
        "profile.chargingSchedule.chargingRateUnit: 'kW' is none of A, W",
    ),
    ("chargingSchedule.duration", "60", "profile.chargingSchedule.duration: is not a whole number"),
    ("chargingSchedule.startSchedule", "x", "profile.chargingSchedule.startSchedule: 'x' is not a time"),
    ("chargingSchedule.useLocalTime", True, "useLocalTime: the local time of the station is not known here"),
    ("chargingSchedule.randomizedDelay", 5, "randomizedDelay: a random delay is not computed"),
    (
        "chargingSchedule.limitAtSoC",
        {"soc": 80},
        "limitAtSoC: a limit that depends on the battery is not computed",
    ),
    ("chargingSchedule.chargingSchedulePeriod", {}, "chargingSchedulePeriod: is not a list"),
    ("chargingSchedule.chargingSchedulePeriod.0", 5, f"{PERIOD}: is not an object"),
    (
        "chargingSchedule.chargingSchedulePeriod.0.startPeriod",
        None,
        f"{PERIOD}.startPeriod: is not a whole number",
    ),
    ("chargingSchedule.chargingSchedulePeriod.0.limit", "10", f"{PERIOD}.limit: is not a number"),
    ("chargingSchedule.chargingSchedulePeriod.0.limit", True, f"{PERIOD}.limit: is not a number"),
    (
        "chargingSchedule.chargingSchedulePeriod.0.limit",
        float("nan"),
        f"{PERIOD}.limit: is not a finite number",
    ),
    (
        "chargingSchedule.chargingSchedulePeriod.0.limit",
        float("inf"),
        f"{PERIOD}.limit: is not a finite number",
    ),
    (
        "chargingSchedule.chargingSchedulePeriod.0.numberPhases",
        0,
        f"{PERIOD}.numberPhases: must be 1 to 3, not 0",
    ),
    (
        "chargingSchedule.chargingSchedulePeriod.0.phaseToUse",
        4,
        f"{PERIOD}.phaseToUse: must be 1 to 3, not 4",
    ),
    (
        "chargingSchedule.chargingSchedulePeriod.0.limit_L2",
        4,
        f"{PERIOD}.limit_L2: limits per phase are not computed",
    ),
    (
        "chargingSchedule.chargingSchedulePeriod.0.limit_L3",
        4,
        f"{PERIOD}.limit_L3: limits per phase are not computed",
    ),
]


def broken(path: str, value: Any) -> dict[str, Any]:
    """The profile with one field changed; a missing one is added."""
    data: Any = copy.deepcopy(FIRST)
    *way, last = path.split(".")
    node = data
    for name in way:
        node = node[int(name)] if name.isdigit() else node[name]
    node[int(last) if last.isdigit() else last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"), BROKEN, ids=[f"{path}-{value}" for path, value, _ in BROKEN]
)
def test_what_cannot_be_read_is_refused_with_its_place(path: str, value: Any, message: str) -> None:
    with pytest.raises(ReadError) as refusal:
        read_profile(broken(path, value))
    assert message in str(refusal.value)
    assert str(refusal.value) == f"{refusal.value.place}: {refusal.value.problem}"


@pytest.mark.parametrize(
    "path", ["stackLevel", "chargingProfilePurpose", "chargingProfileKind", "chargingSchedule",
             "chargingSchedule.chargingRateUnit", "chargingSchedule.chargingSchedulePeriod"],
)  # fmt: skip
def test_what_is_missing_is_named(path: str) -> None:
    data: Any = copy.deepcopy(FIRST)
    *way, last = path.split(".")
    node = data
    for name in way:
        node = node[name]
    del node[last]
    with pytest.raises(ReadError, match=f"^profile.{path}: is missing$"):
        read_profile(data)


def test_a_missing_id_is_named_in_either_spelling() -> None:
    data = {name: value for name, value in FIRST.items() if name != "chargingProfileId"}
    with pytest.raises(ReadError, match=r"^station: has neither id nor chargingProfileId$"):
        read_profile(data, "station")


@pytest.mark.parametrize("data", [None, [], "profile", 5])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(ReadError, match=r"^profile: is not an object$"):
        read_profile(data)


def test_a_schedule_in_a_list_is_named_by_its_index() -> None:
    data = json.loads(json.dumps(profile_json(10)))
    data["chargingSchedule"].append(data["chargingSchedule"][0] | {"duration": False})
    with pytest.raises(ReadError, match=r"^profile\.chargingSchedule\[1\]\.duration: is not a whole number$"):
        read_profile(data)


def test_limits_convert_both_ways() -> None:
    assert Limit(Fraction(16), Unit.AMPERE).power_w(3, Fraction(230)) == 11_040
    assert Limit(Fraction(11_040), Unit.WATT).power_w(1, Fraction(230)) == 11_040
    assert Limit(Fraction(11_040), Unit.WATT).current_a(3, Fraction(230)) == 16
