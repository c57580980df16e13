"""How far it is: the battery where the car tells, what is left of what somebody asked for."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from billing.services.ratings.running import session_estimate
from chargers.choices import ConnectorStatus
from chargers.models import Connector, Evse, MeterValue, Transaction
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.progress import Progress
from smartcharging.inputs.needs.saying import need_set
from tests.api.conftest import Api
from tests.billing.payments.till import Till

from .driver import Motorist
from .guest import Guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    cache.clear()
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


def read(till: Till, session: Transaction, minutes: int, energy_wh: int, soc: float | None = None) -> None:
    """So many minutes later the station tells its register, and the car its battery."""
    till.time.shift(timedelta(minutes=minutes))
    now = clock.now()
    MeterValue.objects.create(
        station=session.station, transaction=session, evse_no=session.evse_no, taken_at=now, received_at=now,
        digest=energy_wh, energy_wh=(session.meter_start_wh or 0) + energy_wh, soc_percent=soc,
    )  # fmt: skip
    session_estimate(session)


def asked(session: Transaction, energy_wh: int) -> None:
    need_set(session, NeedSource.DRIVER, SYSTEM, energy_wh=energy_wh)


def test_nothing_is_said_of_what_nobody_knows(guest: Guest, till: Till) -> None:
    read(till, guest.charge(), 5, 2_000)
    assert "Battery" not in guest.open().text
    assert "left" not in guest.text


def test_the_battery_is_shown_as_the_car_told_it_last(guest: Guest, till: Till) -> None:
    session = guest.charge()
    read(till, session, 5, 1_000, 41.6)
    read(till, session, 5, 2_000, 43.2)
    read(till, session, 5, 3_000)
    assert "Battery 43 %" in guest.open().text


@pytest.mark.parametrize(
    ("energy_wh", "said"),
    [
        (0, "40 of 40 kWh left"),
        (12_340, "27.7 of 40 kWh left"),
        (39_999, "0.1 of 40 kWh left"),
        (40_000, "All 40 kWh are there."),
        (41_000, "All 40 kWh are there."),
    ],
)
def test_what_is_left_of_what_was_asked_for(guest: Guest, till: Till, energy_wh: int, said: str) -> None:
    session = guest.charge()
    asked(session, 40_000)
    if energy_wh:
        read(till, session, 600, energy_wh)
    assert said in guest.open().text
    assert said in guest.open(f"{guest.at}/now").page


def test_it_speaks_the_language_of_who_reads(guest: Guest, till: Till) -> None:
    session = guest.charge()
    asked(session, 40_000)
    read(till, session, 600, 12_340, 55)
    guest.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert "Noch 27,7 von 40 kWh" in guest.open().text
    assert "Akku 55 %" in guest.text


def test_after_the_end_nothing_is_left_to_tell(guest: Guest, till: Till) -> None:
    session = guest.charge()
    asked(session, 40_000)
    read(till, session, 20, 10_000, 60)
    till.end(session)
    guest.settle()
    assert "kWh left" not in guest.text
    assert "Battery" not in guest.text


def test_a_driver_and_an_operator_read_the_same_by_the_api(
    motorist: Motorist, evse: Evse, till: Till
) -> None:
    motorist.on_invoice()
    motorist.open().tap(f"{motorist.sticker}/charge")
    session = motorist.begin(evse)
    asked(session, 40_000)
    read(till, session, 60, 10_000, 60.4)
    own = motorist.client.get(f"/api/v1/my/sessions/{session.public_id}").json()
    assert (own["soc_percent"], own["left_wh"]) == (60.4, 30_000)
    operator = Api(till.world.key())
    assert operator.get(f"transactions/{session.public_id}/need").json()["left_wh"] == 30_000
    till.end(session)
    own = motorist.client.get(f"/api/v1/my/sessions/{session.public_id}").json()
    assert (own["soc_percent"], own["left_wh"]) == (None, None)
    assert operator.get(f"transactions/{session.public_id}/need").json()["left_wh"] is None


def test_more_than_was_asked_for_leaves_nothing_and_never_less() -> None:
    assert [Progress(1000, had_wh).left_wh for had_wh in (0, 999, 1000, 1001)] == [1000, 1, 0, 0]
