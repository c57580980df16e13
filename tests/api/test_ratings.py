"""Prices by the API: what a session costs and why, what is held, what a session would cost."""

from typing import Any

import pytest
import time_machine

from billing.models import Rating
from billing.services.ratings.follow import sessions_sweep
from billing.services.ratings.running import estimates_refresh
from tests.billing.ratings.story import ENERGY, Story, at
from tests.worlds import World

from .conftest import Api


@pytest.fixture
def story(alpha: World) -> Any:
    with time_machine.travel(at(12 * 60), tick=False):
        told = Story(alpha)
        _ = told.station
        yield told


def api(world: World, *scopes: str) -> Api:
    return Api(world.key(*scopes))


def held(story: Story) -> Rating:
    story.tariff()
    story.begin()
    story.read(30, 5_000)
    story.end(60, 4_000)
    sessions_sweep()
    return Rating.objects.get(transaction=story.session)


def test_the_rating_of_a_transaction_says_what_it_costs_and_why(story: Story) -> None:
    story.tariff()
    story.charged()
    sessions_sweep()
    told = api(story.world).get(f"transactions/{story.session.public_id}/rating").json()
    assert (told["state"], told["gross_minor"], told["net_minor"], told["currency"]) == (
        "final",
        595,
        500,
        "EUR",
    )
    assert told["parts"] == [{"net_minor": 500, "tax_minor": 95, "tax_code": "DE-19"}]
    assert (told["tariff"]["name"], told["tariff"]["number"]) == ("Public", 1)
    energy, tax = told["lines"]
    assert energy["sentence"] == "02 Mar 10:00 to 11:00: 10 kWh at 0.50 EUR per kWh"
    assert (energy["amount"], tax["sentence"], tax["amount"]) == ("5.00 EUR", "19 % on 5.00 EUR", "0.95 EUR")
    assert {line["line"] for line in told["breakdown"]} >= {"period", "tax", "payable", "engine"}


def test_a_running_transaction_has_its_cost_so_far(story: Story) -> None:
    story.tariff()
    story.begin()
    assert api(story.world).get(f"transactions/{story.session.public_id}/rating").status_code == 404
    story.read(30, 5_000)
    estimates_refresh()
    told = api(story.world).get(f"transactions/{story.session.public_id}/rating").json()
    assert (told["state"], told["gross_minor"]) == ("estimate", 298)


def test_the_list_is_narrowed_by_state_and_by_what_waits(story: Story) -> None:
    waiting = held(story)
    caller = api(story.world)
    assert [row["id"] for row in caller.get("ratings?state=held").json()["results"]] == [waiting.public_id]
    assert [row["id"] for row in caller.get("ratings?undecided=true").json()["results"]] == [
        waiting.public_id
    ]
    assert caller.get("ratings?undecided=false").json()["results"] == []
    assert caller.get("ratings?state=odd").status_code == 400
    assert caller.get(f"ratings?station={story.station.identity}").json()["results"]
    assert not caller.get("ratings?search=elsewhere").json()["results"]


def test_a_held_price_is_released_with_a_reason_once(story: Story) -> None:
    waiting = held(story)
    path = f"ratings/{waiting.public_id}/release"
    caller = api(story.world)
    assert caller.post(path, {}).status_code == 422
    released = caller.post(path, {"reason": "meter was swapped"})
    assert (released.status_code, released.json()["state"]) == (200, "final")
    assert released.json()["reason"] == "meter was swapped"
    assert caller.post(path, {"reason": "again"}).status_code == 409


def test_a_proposal_is_accepted_or_rejected_and_nothing_else_is(story: Story) -> None:
    waiting = held(story)
    caller = api(story.world)
    for act in ("accept", "reject"):
        assert caller.post(f"ratings/{waiting.public_id}/{act}", {"reason": "no"}).status_code == 409


def test_who_may_only_look_decides_nothing(story: Story) -> None:
    waiting = held(story)
    looking = api(story.world, "billing.view", "transactions.view")
    assert looking.get(f"ratings/{waiting.public_id}").status_code == 200
    assert looking.post(f"ratings/{waiting.public_id}/release", {"reason": "x"}).status_code == 403
    blind = api(story.world, "transactions.view")
    assert blind.get("ratings").status_code == 403
    assert blind.get(f"transactions/{story.session.public_id}/rating").status_code == 403


def test_another_organisation_finds_no_price(story: Story, beta: World) -> None:
    waiting = held(story)
    stranger = api(beta)
    assert stranger.get(f"ratings/{waiting.public_id}").status_code == 404
    assert stranger.post(f"ratings/{waiting.public_id}/release", {"reason": "x"}).status_code == 404
    assert stranger.get(f"transactions/{story.session.public_id}/rating").status_code == 404


def quote(world: World, **body: Any) -> Any:
    return api(world).post("quotes", {"station": "ALPHA-1", "evse_no": 1, "energy_wh": 10_000, **body})


def test_a_quote_is_the_price_of_such_a_session(story: Story) -> None:
    story.tariff()
    session = story.charged()
    sessions_sweep()
    told = quote(story.world, starts_at=at(0).isoformat(), duration_s=3600).json()
    final = Rating.objects.get(transaction=session)
    assert (told["gross_minor"], told["net_minor"]) == (final.gross_minor, final.net_minor) == (595, 500)
    assert told["lines"][0]["sentence"] == "02 Mar 10:00 to 11:00: 10 kWh at 0.50 EUR per kWh"
    assert told["tariff"]["why"].startswith("Public, version 1: assigned for everybody, everywhere")


def test_a_quote_at_a_power_stands_idle_for_the_rest(story: Story) -> None:
    story.tariff(
        '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5},'
        '{"type":"PARKING_TIME","price":6}]}]}'
    )
    told = quote(story.world, starts_at=at(0).isoformat(), power_w=10_000, duration_s=5400).json()
    assert told["gross_minor"] == 500 + 300
    assert [line["title"] for line in told["lines"]] == ["Energy", "Idle time"]


def test_the_card_decides_whose_tariff_is_quoted(story: Story) -> None:
    story.tariff()
    story.tariff(ENERGY % "0.1", name="Members", audience="group", group=story.world.group)
    body = {"starts_at": at(0).isoformat(), "duration_s": 3600}
    assert quote(story.world, **body).json()["gross_minor"] == 595
    assert quote(story.world, **body, id_tag=story.world.tag.public_id).json()["gross_minor"] == 119
    told = quote(story.world, **body, group=story.world.group.public_id).json()
    assert told["gross_minor"] == 119
    assert [(one["tariff"], bool(one["reason"])) for one in told["considered"]] == [
        ("Members", False),
        ("Public", True),
    ]


def test_without_a_tariff_a_quote_has_no_price_and_says_so(story: Story) -> None:
    told = quote(story.world, duration_s=60).json()
    assert (told["gross_minor"], told["currency"], told["lines"]) == (None, "", [])
    assert (
        told["tariff"]["why"]
        == "No tariff was in force for this driver at this place when the session began."
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "duration_s"),
        ({"power_w": 10_000, "duration_s": 60}, "duration_s"),
        ({"energy_wh": -1}, "energy_wh"),
    ],
)
def test_a_quote_that_cannot_be_is_refused_with_its_place(
    story: Story, body: dict[str, Any], field: str
) -> None:
    story.tariff()
    answer = quote(story.world, **body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


def test_a_quote_needs_the_station_of_ones_own_organisation(story: Story, beta: World) -> None:
    story.tariff()
    body = {"station": "ALPHA-1", "evse_no": 1, "energy_wh": 1, "duration_s": 60}
    assert api(beta).post("quotes", body).status_code == 404


def test_the_timeline_tells_what_was_agreed_and_rated(story: Story) -> None:
    held(story)
    entries = api(story.world).get(f"transactions/{story.session.public_id}/explanation").json()["entries"]
    told = [entry["sentence"] for entry in entries if entry["kind"] == "price"]
    assert told[0] == "The tariff Public, version 1, was agreed, and no account pays."
    assert "was held" in told[1]
    blind = api(story.world, "transactions.view")
    entries = blind.get(f"transactions/{story.session.public_id}/explanation").json()["entries"]
    assert not [entry for entry in entries if entry["kind"] == "price"]
