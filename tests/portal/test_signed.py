"""What the meter signed, on a driver's receipt."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from billing.choices import KeySource
from billing.ocmf import safe, verify
from billing.services.signatures.keys import key_add
from chargers.choices import ConnectorStatus
from chargers.domain import Place
from chargers.models import Connector, Evse, Transaction
from chargers.ocpp.readings import Sampled, reading
from chargers.services.transactions.meter import readings_store
from chargers.simulator.signing import SigningMeter
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.billing.payments.till import Till

from .guest import Guest

pytestmark = pytest.mark.django_db
METER = SigningMeter("M1")


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    cache.clear()
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


def sign(till: Till, session: Transaction, context: str, register_wh: int) -> None:
    value = reading(
        clock.now(), [Sampled(METER.record(context, clock.now(), register_wh), encoding="SignedData")]
    )
    assert value is not None
    readings_store(till.world.source, Place(1, 1), [value], session)


def charged(guest: Guest, till: Till) -> Transaction:
    """A session of twenty minutes signed at both ends."""
    session = guest.charge()
    start_wh = session.meter_start_wh or 0
    sign(till, session, "Transaction.Begin", start_wh)
    till.time.shift(timedelta(minutes=20))
    ended = till.end(session) or Transaction.objects.get(pk=session.pk)
    sign(till, session, "Transaction.End", Transaction.objects.get(pk=session.pk).meter_stop_wh or 0)
    guest.settle()
    return ended


def test_a_receipt_says_what_the_meter_signed_and_verifies_it_again(guest: Guest, till: Till) -> None:
    key_add(till.world.station, SYSTEM, public_key=METER.public_key, source=KeySource.LABEL)
    charged(guest, till)
    visit = guest.at
    assert "The meter's signature is valid" in guest.text.replace("&#x27;", "'")
    guest.tap(f"{visit}/verify")
    assert "Checked just now" in guest.text
    file = guest.client.get(f"{visit}/signed-values.xml")
    values = safe.read(file.content)
    assert [verify(value.record, METER.public_key).is_valid for value in values] == [True, True]


def test_a_key_that_nobody_confirmed_is_said_to_prove_nothing(guest: Guest, till: Till) -> None:
    charged(guest, till)
    assert "Signed, but not verified" in guest.text


def test_a_charger_that_signs_nothing_is_said_to_be_one_and_has_no_file(guest: Guest, till: Till) -> None:
    session = guest.charge()
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    page = guest.settle().text
    assert "This charger sends no signed values" in page
    assert "Verify" not in page
    assert guest.client.get(f"{guest.at}/signed-values.xml").status_code == 404


def test_a_running_session_is_not_verified_and_a_made_up_link_gives_nothing(guest: Guest, till: Till) -> None:
    guest.charge()
    guest.open()
    assert guest.client.post(f"{guest.at}/verify").status_code == 404
    assert guest.client.get("/v/pay_made.up/signed-values.xml").status_code == 404
