"""The stage of the certification cases, and the record of how they went.

`make certification` plays all of them and writes docs/reference/certification-1.6.md from the run.
"""

import os
from pathlib import Path

import pytest

from tests.gateway.conftest import db, gateway, gateway_process
from tests.gateway.process import Gateway
from tests.worlds import World

from .cases import case_of
from .record import Record
from .stage import Stage

__all__ = ["db", "gateway", "gateway_process"]

RECORD = Record()


@pytest.fixture
def stage(gateway: Gateway, world: World) -> Stage:
    """A station registered over the API, its charger, and three ID tags."""
    return Stage(gateway, world.key()).furnish()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Let the report carry the case and what it checks, also from a worker to the main process."""
    case = case_of(item.name)
    if call.when == "call" and case is not None:
        item.user_properties.append(("certification", (case, item.nodeid)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember how a case went; one that fails before or after its play has not passed either."""
    properties = dict(report.user_properties)
    if "certification" in properties:
        RECORD.note(*properties["certification"], passed=report.passed)


def pytest_sessionfinish() -> None:
    """Write the document when asked to, in the process that heard of all cases."""
    path = os.environ.get("CERTIFICATION_REPORT")
    if path and "PYTEST_XDIST_WORKER" not in os.environ:
        Path(path).write_text(RECORD.document())
