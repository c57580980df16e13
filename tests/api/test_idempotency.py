"""A write repeated with the same key is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from chargers.models import ChargingStation, Command
from cpms.api.models import IdempotentAnswer
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

RESET = {"action": "Reset", "payload": {"type": "Soft"}}


@pytest.mark.django_db
def test_a_repeated_registration_gives_the_same_password(api: Api) -> None:
    first = api.post("stations", {"identity": "A1"}, Idempotency_Key="k")
    again = api.post("stations", {"identity": "A1"}, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Cache-Control"] == "no-store"
    assert ChargingStation.objects.count() == 1


@pytest.mark.django_db
def test_the_remembered_answer_cannot_be_read_in_the_database(api: Api) -> None:
    password = api.post("stations", {"identity": "A1"}, Idempotency_Key="k").json()["password"]
    assert password not in str(IdempotentAnswer.objects.values().get())


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    api.post("stations", {"identity": "A1"}, Idempotency_Key="k")
    IdempotentAnswer.objects.update(created_at=clock.now() - timedelta(hours=25))
    refused(api.post("stations", {"identity": "A1"}, Idempotency_Key="k"), 422, "identity")
    assert api.post("stations", {"identity": "A2"}, Idempotency_Key="k").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_an_unusable_key_is_refused(api: Api, key: str) -> None:
    refused(api.post("stations", {"identity": "A1"}, Idempotency_Key=key), 400)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one_command() -> None:
    alpha = World("ALPHA")
    key, path = alpha.key(), f"stations/{alpha.station.identity}/commands"

    def send(_: int) -> str:
        try:
            return str(Api(key).post(path, RESET, Idempotency_Key="k").json()["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(send, range(6)))
    assert len(ids) == Command.objects.count() == 1
