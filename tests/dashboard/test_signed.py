"""Signed meter values on the pages of operators."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from billing.models import MeterKey
from cpms.accounts.roles import Role
from tests.billing.ratings.story import at
from tests.billing.signatures.signing import BEGIN, END, SigningStory, in_json, tampered
from tests.worlds import World


@pytest.fixture
def story(db: None) -> Any:
    with time_machine.travel(at(-1440), tick=False):
        told = SigningStory(World("ALPHA"))
        _ = (told.station, told.world.tag)
    with time_machine.travel(at(12 * 60), tick=False):
        yield told


def client(story: SigningStory) -> Client:
    browser = Client()
    browser.force_login(story.world.owner)
    return browser


def text(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_transaction_says_that_its_signature_is_valid_and_gives_the_file(story: SigningStory) -> None:
    story.tariff()
    story.key()
    story.charged_and_signed()
    browser = client(story)
    page = text(browser, f"/transactions/{story.session.public_id}/")
    assert "The meter signed 10.000 kWh between begin and end" in page.replace("&#x27;", "'")
    file = browser.get(f"/transactions/{story.session.public_id}/signed/values.xml")
    assert file["Content-Disposition"] == f'attachment; filename="{story.session.public_id}.xml"'


def test_a_forged_value_is_shown_with_its_reason_and_escaped(story: SigningStory) -> None:
    story.tariff()
    story.key()
    story.begin()
    story.sign(BEGIN, 0, 0, "OCMF|<script>alert(1)</script>")
    story.sign(END, 60, 20_000, tampered(story.record(END, 60, 10_000)))
    story.rated(20_000)
    page = text(client(story), f"/transactions/{story.session.public_id}/")
    assert "does not fit the payload and the key" in page
    assert "<script>alert" not in page


def test_a_charger_without_signatures_is_said_to_be_one(story: SigningStory) -> None:
    story.charged()
    assert "This charger sends no signed values" in text(
        client(story), f"/transactions/{story.session.public_id}/"
    )


def test_an_operator_confirms_what_the_station_offers_and_checks_again(story: SigningStory) -> None:
    story.tariff()
    story.begin()
    story.sign(BEGIN, 0, 0, in_json(story.record(BEGIN, 0, 0), story.meter.public_key))
    story.sign(END, 60, 10_000)
    story.rated()
    browser, keys = client(story), f"/stations/{story.station.public_id}/meter-keys/"
    assert "Offered by the station" in text(browser, keys)
    browser.post(f"/meter-keys/{MeterKey.objects.get().public_id}/confirm/")
    answer = browser.post(f"/transactions/{story.session.public_id}/signed/verify/", follow=True)
    assert "Checked again: the meter&#x27;s signature is valid." in answer.content.decode()


def test_a_key_is_added_and_ended_by_form(story: SigningStory) -> None:
    browser, keys = client(story), f"/stations/{story.station.public_id}/meter-keys/"
    assert browser.post(keys, {"public_key": "no", "source": "label"}).status_code == 422
    assert browser.post(keys, {"public_key": story.meter.public_key, "source": "label"}).status_code == 302
    key = MeterKey.objects.get()
    assert key.is_confirmed
    browser.post(f"/meter-keys/{key.public_id}/end/")
    assert "Ended" in text(browser, keys)


def test_operators_see_keys_and_only_those_who_manage_stations_change_them(story: SigningStory) -> None:
    key = story.key()
    browser = Client()
    browser.force_login(story.world.person(Role.OPERATOR))
    keys = f"/stations/{story.station.public_id}/meter-keys/"
    assert "Add a key" not in text(browser, keys)
    assert browser.post(keys, {"public_key": story.meter.public_key, "source": "label"}).status_code == 403
    assert browser.post(f"/meter-keys/{key.public_id}/end/").status_code == 403
