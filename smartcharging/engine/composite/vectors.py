"""The test vectors of the composite schedule: each case of their file is read and answered.

A vector holds `hardware`, `voltage`, `transactions`, `request` and `installed` profiles, perhaps also the
`operations` that led to them. A validation case holds one SetChargingProfile before the reference station.
"""

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from smartcharging.engine.composite.model import (
    ALL_PHASES,
    PHASE_VOLTAGE_V,
    Capabilities,
    CompositeSchedule,
    Context,
    Edition,
    Installed,
    Limit,
    Request,
    Transaction,
    Unit,
)
from smartcharging.engine.composite.reading import read_phase, read_profile
from smartcharging.engine.composite.rules import accepts
from smartcharging.engine.composite.sweep import composite
from smartcharging.engine.node import Node, ReadError, naming

Answer = dict[str, Any]
MOST_PROFILES = 10
# The validation cases describe their station in prose: it takes ampere, 24 periods, and nothing is running on it.
REFERENCE_STATION = Context(
    hardware={connector: Limit(Fraction(32), Unit.AMPERE) for connector in (1, 2)},
    capabilities=Capabilities(
        frozenset({Unit.AMPERE}), max_stack_level=8, max_periods=24, max_profiles=MOST_PROFILES
    ),
)
ANOTHER_IS_INSTALLED = re.compile(r"another id is installed|already installed")
STATION_IS_FULL = re.compile(r"MaxChargingProfilesInstalled")
NAMED_EDITION = re.compile(r"2\.1|2\.0\.1|1\.6")


def read_cases(document: Any) -> tuple[list[Node], list[Node]]:
    """The vectors and the validation cases of a file: ReadError when it is none."""
    node = Node(document, "file")
    none: list[Node] = []
    vectors = node.given("vectors", Node.items, none)
    validations = node.given("validationVectors", Node.items, none)
    if not vectors and not validations:
        raise ReadError("file", "holds neither vectors nor validationVectors")
    return vectors, validations


def answer_vector(vector: Node) -> Answer:
    """`{"id", "A": [periods], "W": [periods]}`; ReadError with the place when it cannot be answered."""
    installed, request = read_installed(vector["installed"]), read_request(vector["request"])
    with naming(f"{vector.place}.request"):
        schedule = composite(installed, request, read_context(vector))
    return {"id": vector["id"].text()} | {unit.value: wire_periods(schedule, unit) for unit in Unit}


def answer_validation(case: Node) -> Answer:
    """`{"id", "status", "reason"}`; a profile that cannot be read is rejected with the place."""
    request = case["request"]
    connector = request.either("connectorId", "evseId").integer()
    try:
        candidate = Installed(connector, read_profile(request["profile"].value))
    except ReadError as error:
        return {"id": case["id"].text(), "status": "Rejected", "reason": str(error)}
    verdict = accepts(candidate, *_before(candidate, case))
    return {"id": case["id"].text(), "status": verdict.status, "reason": verdict.reason}


def wire_periods(schedule: CompositeSchedule, unit: Unit) -> list[dict[str, Any]]:
    """The periods of a schedule as OCPP writes them: one decimal, equal neighbours merged."""
    periods: list[dict[str, Any]] = []
    rate: dict[str, Any] = {}
    for period in schedule.periods:
        before, rate = rate, {"limit": _tenths(period.value(unit)), "numberPhases": period.phases}
        if rate != before:
            periods.append({"startPeriod": period.start_s, **rate})
    return periods


def read_context(vector: Node) -> Context:
    """The station of a vector."""
    hardware = vector["hardware"]
    limit = Limit(
        hardware["connectorMaxA"].number(),
        Unit.AMPERE,
        hardware.given("phases", read_phase, ALL_PHASES),
    )
    with naming(vector.place):
        return Context(
            hardware=dict.fromkeys(range(1, hardware["connectors"].integer() + 1), limit),
            transactions=vector.given("transactions", _transactions, {}),
            edition=_edition(vector),
            voltage_v=vector.given("voltage", Node.number, PHASE_VOLTAGE_V),
        )


def read_installed(profiles: Node) -> list[Installed]:
    """Profiles with their connectors, the newest last."""
    return [read_one(one) for one in profiles.items()]


def read_one(node: Node) -> Installed:
    """A profile and its connector."""
    connector = node.either("connectorId", "evseId").integer()
    return Installed(connector, read_profile(node["profile"].value, f"{node.place}.profile"))


def read_request(request: Node) -> Request:
    """The window a composite is asked for."""
    connector = request.either("connectorId", "evseId").integer()
    with naming(request.place):
        return Request(connector, request["start"].time(), request["duration"].integer())


def _edition(case: Node) -> Edition:
    """The edition a case names first; a rule of all editions is one of 2.0.1 too."""
    named = NAMED_EDITION.search(case.given("ocpp", Node.text, ""))
    return Edition(named[0]) if named else Edition.OCPP_2_0_1


def _transactions(node: Node) -> dict[int, Transaction]:
    return {_connector(node, name): _transaction(node[name]) for name in node.object()}


def _connector(node: Node, name: str) -> int:
    if not name.isdecimal():
        raise ReadError(f"{node.place}.{name[:40]}", "is not the number of a connector")
    return int(name)


def _transaction(node: Node) -> Transaction:
    priority = node.given("priorityCharging", Node.flag, True)
    return Transaction(node["id"].identifier(), node["start"].time(), priority)


def _before(candidate: Installed, case: Node) -> tuple[list[Installed], Context]:
    """The profiles and the station before a validation case, as far as it tells, in fields or in words."""
    running = case.given("transactions", _transactions, REFERENCE_STATION.transactions)
    context = replace(REFERENCE_STATION, edition=_edition(case), transactions=running)
    words = " ".join(case.given(name, Node.text, "") for name in ("rule", "note"))
    if STATION_IS_FULL.search(words):
        return [_other(candidate, number, number) for number in range(1, MOST_PROFILES + 1)], context
    if ANOTHER_IS_INSTALLED.search(words):
        transaction = Transaction(candidate.profile.transaction_id or "", 0)
        return [_other(candidate, 1, 0)], replace(context, transactions={candidate.connector: transaction})
    return case.given("installed", read_installed, []), context


def _other(candidate: Installed, further_id: int, further_level: int) -> Installed:
    """The same profile under another id, and perhaps another stack level."""
    profile = candidate.profile
    other = replace(
        profile,
        profile_id=profile.profile_id + further_id,
        stack_level=profile.stack_level + further_level,
    )
    return replace(candidate, profile=other)


def _tenths(value: Fraction) -> int | float:
    tenths = round(value * 10)
    return tenths // 10 if tenths % 10 == 0 else tenths / 10
