"""`manage.py composite`: a file of vectors in, one JSON object a line out."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cpms.ops.local import ROOT
from smartcharging.engine.composite.operations import replay
from smartcharging.engine.node import Node
from tests.smartcharging.builders import EIGHT, iso, profile_json

SHARED = ROOT.parent / "shared/data/smartcharging"
needs_shared_data = pytest.mark.skipif(
    not SHARED.exists() and "CI" not in os.environ, reason="the shared test data is not beside the checkout"
)


def run(file: Path) -> tuple[list[dict[str, Any]], str]:
    """The lines of the output and the text of the error output."""
    out, err = StringIO(), StringIO()
    call_command("composite", str(file), stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def answers(tmp_path: Path, document: Any) -> tuple[list[dict[str, Any]], str]:
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(document))
    return run(file)


def refused(tmp_path: Path, document: Any) -> str:
    """The whole error: its lines and its end."""
    file, out, err = tmp_path / "vectors.json", StringIO(), StringIO()
    file.write_text(json.dumps(document))
    with pytest.raises(CommandError) as error:
        call_command("composite", str(file), stdout=out, stderr=err)
    assert out.getvalue() == ""
    return f"{err.getvalue()}{error.value}"


def vector(*profiles: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "V1",
        "ocpp": "1.6",
        "hardware": {"connectors": 1, "connectorMaxA": 32, "phases": 3},
        "voltage": 230,
        "transactions": {},
        "request": {"connectorId": 1, "start": EIGHT.isoformat(), "duration": 3600},
        "installed": [{"connectorId": 1, "profile": profile} for profile in profiles],
    } | fields


def validation(profile: dict[str, Any], connector: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": "R1", "ocpp": "all", "request": {"connectorId": connector, "profile": profile}} | fields


def shared_cases() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / "composite_vectors.json").read_text())
    return found


@needs_shared_data
def test_every_shared_vector_is_answered_as_expected() -> None:
    lines, errors = run(SHARED / "composite_vectors.json")
    expected = [
        {"id": one["id"], "A": one["expected"]["A"], "W": one["expected"]["W"]}
        for one in shared_cases()["vectors"]
    ]
    assert lines[: len(expected)] == expected
    assert (len(expected), errors) == (40, "")


@needs_shared_data
def test_every_shared_validation_case_is_answered_as_expected() -> None:
    lines, _ = run(SHARED / "composite_vectors.json")
    found = {line["id"]: line["status"] for line in lines if "status" in line}
    assert found == {one["id"]: one["expect"] for one in shared_cases()["validationVectors"]}
    assert all(line["reason"] for line in lines if "status" in line)


@needs_shared_data
def test_the_operations_of_the_shared_vectors_are_answered_as_expected() -> None:
    told = [one for one in shared_cases()["vectors"] if "operations" in one]
    assert [replay(Node(one, one["id"]))[0] for one in told] == [one["expectedStatuses"] for one in told]
    assert len(told) == 4


def test_a_vector_is_answered_in_both_units(tmp_path: Path) -> None:
    lines, errors = answers(tmp_path, {"vectors": [vector(profile_json(7000, unit="W"))]})
    ampere, watt = [[{"startPeriod": 0, "limit": limit, "numberPhases": 3}] for limit in (10.1, 7000)]
    assert (lines, errors) == ([{"id": "V1", "A": ampere, "W": watt}], "")


def test_limits_are_rounded_to_a_tenth_and_merged_then(tmp_path: Path) -> None:
    profile = profile_json(7000, (600, 7010), (1200, 7100), unit="W", start=0)
    (line,), _ = answers(tmp_path, {"vectors": [vector(profile)]})
    assert [(one["startPeriod"], one["limit"]) for one in line["A"]] == [(0, 10.1), (600, 10.2), (1200, 10.3)]
    close = profile_json(7000, (600, 7001), unit="W", start=0)
    (line,), _ = answers(tmp_path, {"vectors": [vector(close)]})
    assert [(one["startPeriod"], one["limit"]) for one in line["A"]] == [(0, 10.1)]
    assert [(one["startPeriod"], one["limit"]) for one in line["W"]] == [(0, 7000), (600, 7001)]


def test_a_vector_may_leave_out_what_has_a_usual_value(tmp_path: Path) -> None:
    short = vector(hardware={"connectors": 2, "connectorMaxA": 16})
    short["request"] = {"evseId": 0, "start": EIGHT.isoformat(), "duration": 60}
    for name in ("voltage", "transactions", "ocpp"):
        del short[name]
    (line,), _ = answers(tmp_path, {"vectors": [short]})
    assert line["W"] == [{"startPeriod": 0, "limit": 22_080, "numberPhases": 3}]


def test_what_runs_decides(tmp_path: Path) -> None:
    profiles = [
        profile_json(8, chargingProfilePurpose="TxProfile", transactionId="ab"),
        profile_json(30, id=2, chargingProfilePurpose="PriorityCharging"),
    ]
    found = [
        answers(tmp_path, {"vectors": [vector(*profiles, transactions=running)]})[0][0]["A"][0]["limit"]
        for running in (
            {"1": {"id": "ab", "start": iso(0), "priorityCharging": False}},
            {"1": {"id": "ab", "start": iso(0)}},
            {"1": {"id": 7, "start": iso(0), "priorityCharging": False}},
        )
    ]
    assert found == [8, 30, 32]


def test_vectors_are_answered_before_validation_cases_in_their_order(tmp_path: Path) -> None:
    document = {
        "validationVectors": [validation(profile_json(10))],
        "vectors": [vector(id="V2"), vector(id="V1")],
    }
    lines, _ = answers(tmp_path, document)
    assert [line["id"] for line in lines] == ["V2", "V1", "R1"]
    assert lines[2] == {"id": "R1", "status": "Accepted", "reason": ""}


RECURRING = {"chargingProfileKind": "Recurring"}
TX = {"chargingProfilePurpose": "TxProfile", "transactionId": 7}
REJECTED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (profile_json(10, unit="W"), {}, "the station does not take W"),
    (profile_json(10, stackLevel=9), {}, "stackLevel: 9 is above the station's highest level 8"),
    (profile_json(10, start=None), {}, "startSchedule: is missing"),
    (profile_json(10, start=None, **RECURRING), {"ocpp": "1.6"}, "recurrencyKind: is missing"),
    (profile_json(10, **TX), {"ocpp": "1.6"}, "no transaction runs on connector 1"),
    (profile_json(10, **TX), {"note": "one with another id is installed"}, "TxProfile 2 has level 0"),
    (
        profile_json(10),
        {"note": "an equal one is already installed"},
        "profile 2 has level 0 at the same time",
    ),
    (
        profile_json(10),
        {"installed": [{"connectorId": 1, "profile": profile_json(9, id=5)}]},
        "profile 5 has level 0",
    ),
    (
        profile_json(10, **TX),
        {"transactions": {"1": {"id": 8, "start": iso(0)}}},
        "7 does not run on connector 1",
    ),
    (profile_json(10), {"rule": "number within MaxChargingProfilesInstalled"}, "holds 10 profiles already"),
    (profile_json("ten"), {}, "profile.chargingSchedule[0].chargingSchedulePeriod[0].limit: is not a number"),
]


@pytest.mark.parametrize(("profile", "fields", "reason"), REJECTED, ids=[reason for *_, reason in REJECTED])
def test_the_reference_station_rejects(
    tmp_path: Path, profile: dict[str, Any], fields: dict[str, Any], reason: str
) -> None:
    (line,), errors = answers(tmp_path, {"validationVectors": [validation(profile, **fields)]})
    assert (line["status"], errors) == ("Rejected", "")
    assert reason in line["reason"]


@pytest.mark.parametrize(
    ("ocpp", "status"),
    [("1.6", "Accepted"), ("2.0.1 (1.6: vendor)", "Rejected"), ("all", "Rejected"), ("2.1", "Rejected")],
)
def test_the_first_edition_named_decides(tmp_path: Path, ocpp: str, status: str) -> None:
    (line,), _ = answers(tmp_path, {"validationVectors": [validation(profile_json((60, 10)), ocpp=ocpp)]})
    assert line["status"] == status


def test_a_transaction_that_runs_takes_its_profile(tmp_path: Path) -> None:
    case = validation(profile_json(10, **TX), transactions={"1": {"id": 7, "start": iso(0)}})
    (line,), _ = answers(tmp_path, {"validationVectors": [case]})
    assert line["status"] == "Accepted"


def operation(op: str, profile: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"op": op, "connectorId": 1} | ({"profile": profile} if profile else {}) | fields


def test_operations_are_replayed(tmp_path: Path) -> None:
    default, boost = profile_json(10), profile_json(12, id=2, stackLevel=1)
    told = vector(
        default,
        transactions={"1": {"id": 8, "start": iso(0)}},
        operations=[
            operation("set", default),
            operation("set", profile_json(10, id=3, **TX)),
            operation("txEnd"),
            operation("set", profile_json(10, id=3, **TX)),
            operation("set", boost),
            operation(
                "clear",
                filter={"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1},
            ),
            operation("clear", filter={"id": 2}),
        ],
    )
    statuses, left = replay(Node(told, "vector"))
    assert statuses == ["Accepted", "Accepted", None, "Rejected", "Accepted", "Accepted", "Unknown"]
    assert [one.profile.profile_id for one in left] == [1]
    assert answers(tmp_path, {"vectors": [told]})[1] == ""


def test_operations_that_lead_elsewhere_are_pointed_out(tmp_path: Path) -> None:
    told = vector(profile_json(10), operations=[operation("set", profile_json(12))])
    lines, errors = answers(tmp_path, {"vectors": [told]})
    assert lines[0]["A"][0]["limit"] == 10
    assert errors == "file.vectors[0].operations: lead to other profiles than installed\n"


def test_operations_that_cannot_be_read_are_pointed_out(tmp_path: Path) -> None:
    told = vector(operations=[{"op": "paint"}])
    lines, errors = answers(tmp_path, {"vectors": [told]})
    assert len(lines) == 1
    assert errors == "file.vectors[0].operations[0].op: 'paint' is none of set, clear, txEnd\n"


REQUEST = {"connectorId": 1, "start": iso(0), "duration": 60}
UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"id": 5}, "file.vectors[0].id: is not a text"),
    ({"hardware": {"connectorMaxA": 1}}, "file.vectors[0].hardware.connectors: is missing"),
    ({"hardware": {"connectors": 1}}, "file.vectors[0].hardware.connectorMaxA: is missing"),
    ({"hardware": {"connectors": 0, "connectorMaxA": 1}}, "file.vectors[0]: a station has connectors"),
    (
        {"hardware": {"connectors": 1, "connectorMaxA": 1, "phases": 0}},
        "hardware.phases: must be 1 to 3, not 0",
    ),
    ({"voltage": 0}, "file.vectors[0]: the voltage must be positive, not 0"),
    ({"transactions": {"one": {}}}, "file.vectors[0].transactions.one: is not the number of a connector"),
    ({"transactions": {"1": {"id": 7}}}, "file.vectors[0].transactions.1.start: is missing"),
    ({"transactions": {"1": {"id": 7, "start": iso(0), "priorityCharging": 1}}}, "is not true or false"),
    ({"request": REQUEST | {"duration": 0}}, "file.vectors[0].request: the duration must be 1 to"),
    ({"request": REQUEST | {"duration": "1"}}, "file.vectors[0].request.duration: is not a whole number"),
    (
        {"request": REQUEST | {"connectorId": 2}},
        "file.vectors[0].request: connector 2: the station has no such",
    ),
    ({"installed": [{"profile": {}}]}, "file.vectors[0].installed[0]: has neither connectorId nor evseId"),
    (
        {"installed": [{"connectorId": 1, "profile": {}}]},
        "file.vectors[0].installed[0].profile: has neither id nor charging",
    ),
]


@pytest.mark.parametrize(("fields", "message"), UNREADABLE, ids=[message for _, message in UNREADABLE])
def test_a_vector_that_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    told = refused(tmp_path, {"vectors": [vector(**fields)]})
    assert message in told
    assert told.endswith("vectors.json: 1 cases cannot be answered")


def test_what_can_be_answered_is_answered_beside_what_cannot(tmp_path: Path) -> None:
    file, out = tmp_path / "vectors.json", StringIO()
    file.write_text(json.dumps({"vectors": [vector(id=5), vector()], "validationVectors": [{}]}))
    with pytest.raises(CommandError, match="2 cases cannot be answered"):
        call_command("composite", str(file), stdout=out, stderr=StringIO())
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == ["V1"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "file: is not an object"),
        ({}, "file: holds neither vectors nor validationVectors"),
        ({"vectors": {}}, "file.vectors: is not a list"),
        ({"vectors": [5]}, "file.vectors[0]: is not an object"),
    ],
)
def test_another_document_is_refused(tmp_path: Path, document: Any, message: str) -> None:
    assert message in refused(tmp_path, document)


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json: No such file or directory"):
        run(tmp_path / "none.json")
    for content in (b"{", b"\xff"):
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(CommandError, match=r"x\.json: is not JSON: "):
            run(tmp_path / "x.json")
