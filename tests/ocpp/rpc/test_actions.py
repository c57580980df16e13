"""The tables of actions against the schema files, which know the actions but not who sends them."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from chargers.ocpp.rpc import Role, Version, calls, sends

FOLDERS = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}


def actions_of_package(version: Version) -> set[str]:
    files = (resources.files("ocpp") / FOLDERS[version] / "schemas").iterdir()
    return {re.sub(r"(Request|Response)?\.json$", "", file.name) for file in files}


@pytest.mark.parametrize("version", Version)
def test_every_action_of_the_schemas_has_a_sender(version: Version) -> None:
    known = {action for role in Role for action in calls(version, role) | sends(version, role)}
    assert known == actions_of_package(version)


@pytest.mark.parametrize("version", Version)
def test_only_data_transfer_goes_both_ways(version: Version) -> None:
    assert calls(version, Role.STATION) & calls(version, Role.CSMS) == {"DataTransfer"}


@pytest.mark.parametrize(("version", "expected"), [(Version.V16, 14), (Version.V201, 25), (Version.V21, 36)])
def test_a_station_has_the_calls_of_its_version(version: Version, expected: int) -> None:
    assert len(calls(version, Role.STATION)) == expected


def test_only_a_station_of_the_newest_version_sends() -> None:
    assert sends(Version.V21, Role.STATION) == {"NotifyPeriodicEventStream"}
    assert not any(sends(version, Role.CSMS) for version in Version)
    assert not any(sends(version, Role.STATION) for version in (Version.V16, Version.V201))


def test_a_subprotocol_name_is_a_version() -> None:
    assert calls(Version("ocpp1.6"), Role.CSMS) is calls(Version.V16, Role.CSMS)
