"""What a generator makes of our own schema: whatever it sends, the answer is one the schema promises.

Bounded by `API_FUZZ_EXAMPLES` requests an operation; the generator's seed is fixed, so a failure comes again.
"""

import functools
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from cpms.api.docs import schema as described
from tests.worlds import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "12"))
OPERATIONS = [(m.upper(), path) for path, methods in described()["paths"].items() for m in methods]


@functools.cache
def promised() -> Any:
    """The schema, read from the running application. Once a process: that costs more than an operation's requests."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())


@pytest.fixture
def schema(db: None) -> Iterator[Any]:
    """What is promised; its application is kept from closing the connection that the test's transaction is on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield promised()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db: None) -> World:
    """An organisation that has one of everything."""
    return World("ALPHA").furnish()


def places(world: World, path: str) -> list[str]:
    """Ids that lead somewhere under `path`, so that the generator gets past the door."""
    rows = {
        "stations": world.station,
        "transactions": world.transaction,
        "commands": world.command,
        "id-tags": world.tag,
        "id-tag-groups": world.group,
        "sites": world.site,
        "members": world.membership,
        "api-keys": world.api_key,
    }
    row: Any = rows.get(path.split("/")[3])
    return [row.public_id] if row and "{id}" in path else []


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: str(value).replace("/api/v1/", ""))
def test_every_answer_is_one_the_schema_promises(schema: Any, world: World, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {world.key()}"}
    known = places(world, path)
    calls = []

    @given(case=schema[path][method].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any) -> None:
        if known and len(calls) % 3:
            case.path_parameters["id"] = known[0]
        calls.append(case)
        case.headers.pop("Prefer", None)  # waiting is tested elsewhere
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()
    assert calls
