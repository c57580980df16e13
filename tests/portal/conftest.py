"""A charger that a guest can pay for, and a guest with a phone."""

from datetime import timedelta

import pytest
import time_machine

from billing.services.tariffs.versions import draft_save, family_create, tariff_assign, version_publish
from chargers.models import Evse, StationConnection
from chargers.stickers import code_of
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.billing.payments.conftest import fake_file, till  # noqa: F401
from tests.billing.payments.till import Till

from .driver import Motorist
from .guest import Guest

BODY = """{"currency": "EUR", "elements": [
    {"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 19}]},
    {"price_components": [{"type": "PARKING_TIME", "price": 3, "vat": 19}], "restrictions": {"min_duration": 1800}}]}"""


@pytest.fixture
def evse(till: Till) -> Evse:  # noqa: F811
    """The world's first EVSE, connected and with a price for everybody."""
    organisation, station = till.world.organisation, till.world.station
    since = clock.now() - timedelta(days=1)
    with time_machine.travel(since, tick=False):
        family = family_create(organisation, "Street", SYSTEM)
        version_publish(draft_save(family, BODY, SYSTEM), since, SYSTEM, insist=True)
        tariff_assign(family, SYSTEM, valid_from=since)
    StationConnection.objects.filter(station=station).update(opened_at=since, closed_at=None)
    return station.evses.get(number=1)


@pytest.fixture
def guest(till: Till, evse: Evse) -> Guest:  # noqa: F811
    """Somebody who has just scanned the sticker."""
    return Guest(till, f"/c/{code_of(evse)}")


@pytest.fixture
def motorist(till: Till, evse: Evse) -> Motorist:  # noqa: F811
    """Somebody signed in who has just scanned the sticker, with an empty wallet at its operator."""
    made = Motorist.new(till, f"/c/{code_of(evse)}")
    made.join(evse)
    return made
