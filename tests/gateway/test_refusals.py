"""What the gateway remembers of refused handshakes, for the connection doctor and nobody else."""

import pytest

from chargers.choices import RefusalReason
from chargers.models import Case, RefusedHandshake, UnknownStation
from tests.worlds import World

from .charger import KEY, VERSION_16, Charger, basic, dial, fresh, now, refusal, registered
from .process import Gateway, eventually


def reasons(identity: str) -> dict[str, int]:
    rows = RefusedHandshake.objects.filter(station__identity=identity)
    return dict(rows.values_list("reason", "count"))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (lambda name: None, RefusalReason.NO_PASSWORD),
        (lambda name: basic(name, "not-the-password"), RefusalReason.WRONG_PASSWORD),
        (lambda name: basic(name.lower() + "x", KEY), RefusalReason.WRONG_USER),
        (lambda name: basic(name, KEY + " "), RefusalReason.PADDED_PASSWORD),
        (lambda name: basic(name, KEY) | {"Origin": "https://example.com"}, RefusalReason.BROWSER),
    ],
)
def test_a_refusal_is_remembered_with_its_reason(
    gateway: Gateway, world: World, headers: object, reason: RefusalReason
) -> None:
    identity = registered(world, fresh("CP")).identity
    for _ in range(2):
        refusal(gateway, identity, headers=headers(identity), subprotocols=[VERSION_16])  # type: ignore[operator]
    eventually(lambda: reasons(identity) == {reason: 2})
    row = RefusedHandshake.objects.get()
    assert (row.remote_address, row.subprotocols) == ("127.0.0.1", VERSION_16)


def test_a_wrong_path_is_remembered_for_the_station_it_names(gateway: Gateway, world: World) -> None:
    identity = registered(world, fresh("CP")).identity
    refusal(gateway, f"{identity}/{identity}", headers=basic(identity, KEY))
    eventually(lambda: reasons(identity) == {RefusalReason.WRONG_PATH: 1})
    assert RefusedHandshake.objects.get().detail == f"/ocpp/{identity}/{identity}"


def test_no_version_in_common_is_remembered(gateway: Gateway, world: World) -> None:
    identity = registered(world, fresh("CP")).identity
    with pytest.raises(Exception):  # noqa: B017, PT011 - the client minds that none of its versions is chosen
        dial(gateway, identity, headers=basic(identity, KEY), subprotocols=["ocpp9.9"]).recv(timeout=5)
    eventually(lambda: reasons(identity) == {RefusalReason.NO_COMMON_VERSION: 1})


def test_an_unknown_identity_stays_in_the_inbox(gateway: Gateway, world: World) -> None:
    known, stranger = registered(world, fresh("CP")).identity, fresh("STRANGER")
    refusal(gateway, stranger, headers=basic(stranger, KEY))
    refusal(gateway, known)
    eventually(lambda: reasons(known))
    assert UnknownStation.objects.filter(identity=stranger).exists()
    assert RefusedHandshake.objects.count() == 1


def test_readings_of_a_transaction_nobody_knows_become_one_case(gateway: Gateway, world: World) -> None:
    charger = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    value = {"timestamp": now(), "sampledValue": [{"value": "1234"}]}
    for _ in range(3):
        charger.call("MeterValues", {"connectorId": 1, "transactionId": 99, "meterValue": [value]})
    assert Case.objects.get().evidence == {"reference": "99", "evse_no": 1, "given_to": None}
