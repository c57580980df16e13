"""The same by the API: a driver's accounts, starts and sessions."""

from datetime import timedelta

import pytest
from django.test import Client

from billing.models import SessionCharge
from chargers.choices import ConnectorStatus
from chargers.models import Command, Connector, Evse, Transaction
from chargers.stickers import code_of
from cpms.accounts.models import User
from tests.billing.payments.till import Till
from tests.worlds import PASSWORD

from .driver import Motorist

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


def sent(client: Client, path: str, **body: object) -> tuple[int, dict]:
    answer = client.post(f"/api/v1/my/{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


def test_an_account_is_opened_once_by_the_code_of_a_charger(evse: Evse) -> None:
    client = Client()
    client.force_login(User.objects.create_user("mia@example.com", PASSWORD))
    status, made = sent(client, "accounts", code=code_of(evse))
    assert (status, made["billing_mode"], made["balance_minor"]) == (201, "prepaid", 0)
    assert sent(client, "accounts", code=code_of(evse))[1]["id"] == made["id"]
    assert [one["id"] for one in client.get("/api/v1/my/accounts").json()["results"]] == [made["id"]]
    assert sent(client, "accounts", code="1K-7Q3XW2MA")[0] == 404


def test_from_start_to_receipt(motorist: Motorist, evse: Evse, till: Till) -> None:
    assert sent(motorist.client, "starts", code=code_of(evse))[0] == 409
    motorist.on_invoice()
    status, asked = sent(motorist.client, "starts", code=code_of(evse))
    assert (status, asked["session"], asked["why_not"]) == (202, None, "")
    assert sent(motorist.client, "starts", code=code_of(evse))[1]["id"] == asked["id"]
    session = motorist.begin(evse)
    here = f"my/starts/{asked['id']}"
    assert motorist.client.get(f"/api/v1/{here}").json()["session"] == session.public_id
    assert sent(motorist.client, f"sessions/{session.public_id}/stop")[0] == 202
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    motorist.rate()
    told = motorist.client.get(f"/api/v1/my/sessions/{session.public_id}").json()
    assert told["cost_minor"] == SessionCharge.objects.get(transaction=session).gross_minor
    assert (told["state"], told["energy_wh"], told["lines"][0]["title"]) == ("done", 10_000, "Energy")
    assert motorist.client.get("/api/v1/my/sessions").json()["results"][0]["id"] == session.public_id


def test_nothing_of_another_driver_is_there(motorist: Motorist, evse: Evse, till: Till) -> None:
    motorist.on_invoice()
    session = motorist.begin(evse)
    eve = Motorist.new(till, motorist.sticker, "eve@example.com").client
    assert eve.get(f"/api/v1/my/sessions/{session.public_id}").status_code == 404
    assert eve.get(f"/api/v1/my/starts/{motorist.command.public_id}").status_code == 404
    assert sent(eve, f"sessions/{session.public_id}/stop")[0] == 404
    assert eve.get("/api/v1/my/sessions").json()["results"] == []
    assert Transaction.objects.get(pk=session.pk).is_open
    assert not Command.objects.filter(purpose="driver_stop").exists()


def test_a_key_has_nothing_of_its_own(till: Till, evse: Evse) -> None:
    client = Client(headers={"Authorization": f"Bearer {till.world.key()}"})
    for path in ("accounts", "starts", "sessions"):
        assert client.get(f"/api/v1/my/{path}").status_code == 403
    assert sent(client, "starts", code=code_of(evse))[0] == 403
