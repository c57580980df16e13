"""Signed meter values by the API: kept, judged, downloaded; keys added, confirmed, ended."""

from typing import Any

import pytest
import time_machine

from billing.models import MeterKey
from billing.ocmf import safe, verify
from billing.services.ratings.follow import sessions_sweep
from tests.billing.ratings.story import at
from tests.billing.signatures.signing import BEGIN, SigningStory, in_json
from tests.worlds import World

from .conftest import Api


@pytest.fixture
def story(alpha: World) -> Any:
    with time_machine.travel(at(12 * 60), tick=False):
        told = SigningStory(alpha)
        _ = told.station
        yield told


def api(story: SigningStory, *scopes: str) -> Api:
    return Api(story.world.key(*scopes))


def test_a_key_is_added_and_the_session_is_judged_by_it(story: SigningStory) -> None:
    caller = api(story)
    body = {"public_key": story.meter.public_key, "source": "label", "meter_serial": "M1"}
    made = caller.post(f"stations/{story.station.identity}/meter-keys", body)
    assert (made.status_code, made.json()["confirmed"]) == (201, True)
    story.charged_and_signed(10_000, signed_wh=9_990)
    told = caller.get(f"transactions/{story.session.public_id}/signature").json()
    assert (told["state"], told["signed_wh"], told["signed_values"]) == ("proven", "9990.000000", 2)
    assert "9.990 kWh" in told["sentence"]
    first = caller.get(f"transactions/{story.session.public_id}/signed-values").json()["results"][0]
    assert (first["text"], first["key"]) == (story.records()[0].text, made.json()["id"])


def test_the_container_holds_the_same_bytes_for_the_transparency_software(story: SigningStory) -> None:
    story.key()
    story.charged_and_signed()
    answer = api(story).get(f"transactions/{story.session.public_id}/signature/container")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    values = safe.read(answer.content)
    assert [value.record for value in values] == [row.text for row in story.records()]
    assert [value.context for value in values] == ["Transaction.Begin", "Transaction.End"]
    assert len({value.transaction_id for value in values}) == 1
    assert all(verify(value.record, value.public_key).is_valid for value in values)


def test_an_offered_key_is_confirmed_and_ended(story: SigningStory) -> None:
    caller = api(story)
    story.begin()
    story.sign(BEGIN, 0, 0, in_json(story.record(BEGIN, 0, 0), story.meter.public_key))
    story.rated()
    offered = caller.get(f"stations/{story.station.identity}/meter-keys").json()["results"][0]
    assert (offered["confirmed"], offered["source"]) == (False, "station")
    assert caller.post(f"meter-keys/{offered['id']}/confirm", {}).json()["confirmed"] is True
    with time_machine.travel(at(13 * 60), tick=False):
        told = caller.post(f"transactions/{story.session.public_id}/signature", {}).json()
        assert told["state"] == "incomplete"
        sessions_sweep()
        assert caller.post(f"meter-keys/{offered['id']}/end", {}).json()["valid_to"] is not None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"public_key": "no key"}, "public_key"),
        ({"public_key": "AAAA"}, "public_key"),
        ({"algorithm": "ECDSA-secp384r1-SHA256"}, "algorithm"),
        ({"algorithm": "RSA"}, "algorithm"),
        ({"source": "station"}, "source"),
        ({"evse_no": 0}, "evse_no"),
        ({"valid_from": "2026-01-02T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, "valid_to"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_by_its_place(
    story: SigningStory, change: dict[str, Any], place: str
) -> None:
    body = {"public_key": story.meter.public_key, "source": "label", **change}
    answer = api(story).post(f"stations/{story.station.identity}/meter-keys", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [place]
    assert not MeterKey.objects.exists()


def test_who_may_only_look_vouches_for_nothing(story: SigningStory) -> None:
    key = story.key()
    caller = api(story, "stations.view", "transactions.view")
    body = {"public_key": story.meter.public_key, "source": "hand"}
    assert caller.post(f"stations/{story.station.identity}/meter-keys", body).status_code == 403
    assert caller.post(f"meter-keys/{key.public_id}/end", {}).status_code == 403
    assert caller.get(f"meter-keys/{key.public_id}").status_code == 200


def test_a_key_that_is_known_is_not_added_twice(story: SigningStory) -> None:
    story.key()
    body = {"public_key": story.meter.public_key, "source": "hand"}
    answer = api(story).post(f"stations/{story.station.identity}/meter-keys", body)
    assert answer.status_code == 422
