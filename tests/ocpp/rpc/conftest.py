"""An endpoint of each version."""

import pytest

from chargers.ocpp.rpc import Endpoint, Version


@pytest.fixture(params=list(Version))
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    return Endpoint(request.param)
