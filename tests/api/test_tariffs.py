"""Tariffs through the API."""

from datetime import timedelta
from typing import Any

import pytest

from billing.models import TariffVersion
from chargers.models import Connector
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World


def document(price: str = "0.39") -> str:
    return f'{{"currency":"EUR","elements":[{{"price_components":[{{"type":"ENERGY","price":{price},"vat":19}}]}}]}}'


def made(api: Api, name: str = "Public", price: str = "0.39") -> dict[str, Any]:
    response = api.post("tariffs", f'{{"name": "{name}", "document": {document(price)}}}')
    assert response.status_code == 201, response.content
    return response.json()  # type: ignore[no-any-return]


def published(api: Api, tariff: dict[str, Any]) -> dict[str, Any]:
    response = api.post(f"tariff-versions/{tariff['draft']}/publish")
    assert response.status_code == 200, response.content
    return response.json()  # type: ignore[no-any-return]


def test_a_tariff_is_made_with_its_draft_published_and_shown(api: Api) -> None:
    tariff = made(api)
    assert (tariff["state"], tariff["price"]) == ("draft", "0.39 EUR per kWh; plus 19 % tax")
    version = published(api, tariff)
    assert (version["state"], version["number"], version["tariff"]) == ("published", 1, tariff["id"])
    shown = api.get(f"tariffs/{tariff['id']}").json()
    assert (shown["state"], shown["current"], shown["draft"]) == ("published", version["id"], None)
    assert [one["id"] for one in api.get("tariffs").json()["results"]] == [tariff["id"]]


def test_prices_keep_every_digit_both_ways(api: Api) -> None:
    """Seen failing with the parser of the other routes, which reads floats."""
    tariff = made(api, price="0.12345678901234567890")
    answer = api.get(f"tariff-versions/{tariff['draft']}").content.decode()
    assert '"price":0.1234567890123456789,' in answer
    drafted = api.post(
        f"tariffs/{tariff['id']}/draft", f'{{"document": {document("0.1000000000000000000001")}}}'
    )
    assert '"price":0.1000000000000000000001,' in drafted.content.decode()


def test_the_place_of_what_is_wrong_is_named(api: Api) -> None:
    problem = refused(
        api.post("tariffs", f'{{"name": "A", "document": {document(chr(34) + "free" + chr(34))}}}'), 422
    )
    assert "elements[0].price_components[0].price" in problem["detail"]
    refused(api.post("tariffs", {"name": "A", "document": []}), 422, "document")
    refused(api.post("tariffs", f'{{"name": "A", "document": {document("1e99999999999999999999")}}}'), 400)
    tariff = made(api)
    refused(api.post("tariffs", f'{{"name": "Public", "document": {document()}}}'), 422)
    refused(api.post(f"tariffs/{tariff['id']}/draft", {"document": {"currency": "EUR"}}), 422, "document")


def test_a_repeated_order_makes_one_tariff(api: Api) -> None:
    body = f'{{"name": "Once", "document": {document()}}}'
    first, second = (api.post("tariffs", body, Idempotency_Key="a") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second["Idempotency-Replayed"] == "true"


def test_errors_of_the_look_refuse_publishing_each_with_its_place(api: Api) -> None:
    """Seen failing with `insist=True` in the view."""
    twice = document().replace("]}]}", ']},{"price_components":[{"type":"ENERGY","price":1,"vat":19}]}]}')
    tariff = api.post("tariffs", f'{{"name": "Twice", "document": {twice}}}').json()
    refused(
        api.post(f"tariff-versions/{tariff['draft']}/publish"),
        422,
        "document.elements[1].price_components[0]",
    )
    assert TariffVersion.objects.get().is_draft


def test_what_is_published_never_changes(api: Api) -> None:
    tariff = made(api)
    version = published(api, tariff)
    refused(api.post(f"tariff-versions/{version['id']}/publish"), 409)
    refused(api.delete(f"tariffs/{tariff['id']}/draft"), 409)
    api.post(f"tariffs/{tariff['id']}/draft", f'{{"document": {document("9")}}}')
    assert api.get(f"tariff-versions/{version['id']}").json()["document"] == version["document"]
    assert [one["number"] for one in api.get(f"tariffs/{tariff['id']}/versions").json()["results"]] == [2, 1]


def test_only_the_draft_that_was_looked_at_is_published(api: Api) -> None:
    tariff = made(api)
    refused(api.post(f"tariff-versions/{tariff['draft']}/publish", {"digest": "0" * 64}), 409)
    past = {"valid_from": "2020-01-01T00:00:00Z"}
    refused(api.post(f"tariff-versions/{tariff['draft']}/publish", past), 422, "valid_from")
    later = {"valid_from": (clock.now() + timedelta(days=1)).isoformat()}
    assert api.post(f"tariff-versions/{tariff['draft']}/publish", later).status_code == 200
    assert api.get(f"tariffs/{tariff['id']}").json()["state"] == "scheduled"


def test_two_versions_do_not_begin_at_once(api: Api) -> None:
    tariff = made(api)
    later = {"valid_from": (clock.now() + timedelta(days=1)).isoformat()}
    api.post(f"tariff-versions/{tariff['draft']}/publish", later)
    draft = api.post(f"tariffs/{tariff['id']}/draft", f'{{"document": {document("9")}}}').json()
    refused(api.post(f"tariff-versions/{draft['id']}/publish", later), 422, "valid_from")


def test_a_draft_is_thrown_away(api: Api) -> None:
    tariff = made(api)
    assert api.delete(f"tariffs/{tariff['id']}/draft").status_code == 204
    assert api.get(f"tariffs/{tariff['id']}").json()["draft"] is None


def test_versions_are_compared_in_words(api: Api) -> None:
    tariff = made(api)
    first = published(api, tariff)
    second = api.post(f"tariffs/{tariff['id']}/draft", f'{{"document": {document("0.45")}}}').json()
    path = f"tariff-versions/{second['id']}/differences"
    assert api.get(f"{path}?against={first['id']}").json() == [
        {"what": "Energy", "before": "0.39 EUR per kWh", "after": "0.45 EUR per kWh"}
    ]
    refused(api.get(path), 400, "against")
    refused(api.get(f"{path}?colour=red"), 400, "colour")
    other = made(api, "Other")
    refused(api.get(f"{path}?against={other['draft']}"), 404)


def test_a_look_says_price_findings_and_examples_and_stores_nothing(api: Api, alpha: World) -> None:
    body = f'{{"document": {document().replace(", 19", "")}, "time_zone": "Europe/Berlin"}}'
    seen = api.post("tariff-preview", body).json()
    assert seen["price"] == "0.39 EUR per kWh; plus 19 % tax"
    assert seen["findings"] == []
    assert seen["examples"][0] == {
        "energy_wh": 10_000, "power_w": 100_000, "charging_minutes": 6, "idle_minutes": 0,
        "gross_minor": 464, "currency": "EUR",
    }  # fmt: skip
    assert not TariffVersion.objects.exists()
    tariff = made(api)
    Connector.objects.filter(evse__station=alpha.station).update(max_power_w=150_000)
    api.post("tariff-assignments", {"tariff": tariff["id"]})
    flat = '{"currency":"EUR","elements":[{"price_components":[{"type":"FLAT","price":5,"vat":19}]}]}'
    seen = api.post("tariff-preview", f'{{"document": {flat}, "tariff": "{tariff["id"]}"}}').json()
    assert {one["code"] for one in seen["findings"]} == {"energy_must_be_base"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"document": {"currency": "EUR"}}', "document.elements"),
        (f'{{"document": {document()}, "time_zone": "Mars"}}', "time_zone"),
        ("{}", "document"),
    ],
)
def test_a_look_at_what_is_no_tariff_is_refused(api: Api, body: str, field: str) -> None:
    refused(api.post("tariff-preview", body), 422, field)


# Assignments


def test_a_tariff_is_assigned_ended_and_taken_back(api: Api, alpha: World) -> None:
    tariff = made(api)
    body = {"tariff": tariff["id"], "scope": "evse", "station": alpha.station.identity, "evse_no": 1}
    begun = api.post("tariff-assignments", body)
    assert begun.status_code == 201
    assert begun.json()["place"] == "ALPHA charger, EVSE 1, for everybody"
    refused(api.post("tariff-assignments", body), 422, "valid_from")
    path = f"tariff-assignments/{begun.json()['id']}"
    refused(api.delete(path), 409)
    refused(api.post(f"{path}/end", {"at": "2020-01-01T00:00:00Z"}), 422, "at")
    assert api.post(f"{path}/end").json()["valid_to"]
    later = api.post("tariff-assignments", body | {"valid_from": "2100-01-01T00:00:00Z"}).json()
    assert api.delete(f"tariff-assignments/{later['id']}").status_code == 204
    assert len(api.get("tariff-assignments").json()["results"]) == 1


def test_a_place_that_does_not_go_with_the_scope_is_refused(api: Api, alpha: World) -> None:
    tariff = made(api)["id"]
    refused(api.post("tariff-assignments", {"tariff": tariff, "scope": "site"}), 422, "site")
    refused(api.post("tariff-assignments", {"tariff": tariff, "evse_no": 1}), 422, "evse_no")
    refused(api.post("tariff-assignments", {"tariff": tariff, "audience": "group"}), 422, "group")


def test_which_tariff_applies_is_told_with_the_reasons_of_the_others(api: Api, alpha: World) -> None:
    here, everywhere = made(api, "Here"), made(api, "Everywhere")
    version = published(api, here)
    published(api, everywhere)
    api.post("tariff-assignments", {"tariff": here["id"], "scope": "site", "site": alpha.site.public_id})
    api.post("tariff-assignments", {"tariff": everywhere["id"]})
    asked = {"station": alpha.station.identity, "evse_no": 1}
    found = api.post("tariff-choice", asked).json()
    assert (found["version"], found["sentence"]) == (version["id"], "Here, version 1.")
    assert [(one["chosen"], one["reason"]) for one in found["considered"]] == [
        (True, ""), (False, "for the organisation; one for the site is narrower"),
    ]  # fmt: skip
    before = api.post("tariff-choice", asked | {"at": "2020-01-01T00:00:00Z"}).json()
    assert (before["version"], before["assignment"]) == (None, None)


# Who may


def test_a_key_without_the_scope_reads_nothing_and_one_that_reads_changes_nothing(
    alpha: World, api: Api
) -> None:
    tariff = made(api)
    refused(Api(alpha.key("stations.view")).get("tariffs"), 403)
    reader = Api(alpha.key("billing.view"))
    assert reader.get(f"tariffs/{tariff['id']}").status_code == 200
    refused(reader.post(f"tariff-versions/{tariff['draft']}/publish"), 403)
    refused(reader.post("tariff-assignments", {"tariff": tariff["id"]}), 403)
    assert reader.post("tariff-preview", f'{{"document": {document()}}}').status_code == 200


def test_another_organisations_tariff_is_not_there(api: Api, beta: World) -> None:
    tariff = made(api)
    theirs = Api(beta.key())
    for path in (
        f"tariffs/{tariff['id']}",
        f"tariff-versions/{tariff['draft']}",
        f"tariffs/{tariff['id']}/versions",
    ):
        refused(theirs.get(path), 404)
    refused(theirs.post(f"tariff-versions/{tariff['draft']}/publish"), 404)
    refused(theirs.post("tariff-assignments", {"tariff": tariff["id"]}), 404)
    assert theirs.get("tariffs").json()["results"] == []
