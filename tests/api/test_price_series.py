"""Price series over the API: made, filled by programs and files, read by period; others' are not there."""

from decimal import Decimal
from typing import Any

import pytest

from billing.models import PricePoint
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db

DAY = "2026-01-14T"
PERIOD = f"?since={DAY}10:00:00Z&until={DAY}11:00:00Z"


def made(api: Api, **more: Any) -> str:
    fields = {"name": "Day ahead", "currency": "EUR", "time_zone": "Europe/Berlin"}
    answer = api.post("price-series", fields | more)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def price(time: str, value: object) -> dict[str, object]:
    return {"starts_at": f"{DAY}{time}:00Z", "price": value}


def test_a_series_is_made_changed_and_read(api: Api, alpha: World) -> None:
    name = made(api, resolution_minutes=60)
    told = api.patch(f"price-series/{name}", {"name": "Spot", "market_area": "10Y1001A1001A82H"}).json()
    assert (told["name"], told["resolution_minutes"], told["currency"]) == ("Spot", 60, "EUR")
    assert told["organisation"] == alpha.organisation.public_id
    assert [one["id"] for one in api.get("price-series").json()["results"]] == [name]
    refused(api.patch(f"price-series/{name}", {"currency": "SEK"}), 422, "currency")


def test_prices_are_told_corrected_and_read_to_the_last_digit(api: Api) -> None:
    name = made(api)
    prices = [price("10:00", "0.08437001"), price("10:15", "-0.002")]
    assert api.post(f"price-series/{name}/prices", {"prices": prices}).json() == {
        "new": 2, "changed": 0, "same": 0,
    }  # fmt: skip
    again = [price("10:00", "0.08437001"), price("10:15", "-0.003")]
    assert api.post(f"price-series/{name}/prices", {"prices": again}).json()["changed"] == 1
    rows = api.get(f"price-series/{name}/prices{PERIOD}").json()
    assert [(row["price"], row["revision"]) for row in rows] == [("0.08437001", 1), ("-0.003", 2)]


def test_a_number_without_quotes_keeps_its_digits_too(api: Api) -> None:
    name = made(api)
    body = '{"prices": [{"starts_at": "2026-01-14T10:00:00Z", "price": 0.1}]}'
    assert api.post(f"price-series/{name}/prices", body).status_code == 200
    assert PricePoint.objects.get().price == Decimal("0.1")


def test_a_file_is_taken_whole_or_refused_by_its_line(api: Api) -> None:
    name = made(api)
    content = "start,price_per_mwh\n2026-01-14T10:00Z,100\n"
    good = api.post(f"price-series/{name}/import", {"kind": "csv", "content": content})
    assert good.json() == {"new": 1, "changed": 0, "same": 0}
    bad = api.post(f"price-series/{name}/import", {"kind": "csv", "content": content + "2026-01-14T11:00Z,1"})
    assert "line 3: there is no price from" in str(refused(bad, 422, "content"))
    entities = '<!DOCTYPE x [<!ENTITY a "1">]><x>&a;</x>'
    assert (
        "document type"
        in api.post(f"price-series/{name}/import", {"kind": "entsoe", "content": entities}).content.decode()
    )


@pytest.mark.parametrize(
    ("prices", "place"),
    [
        ([], "prices"),
        ([price("10:15", 1), price("10:00", 1)], "prices"),
        ([price("10:00", 1), price("10:00", 2)], "prices"),
        ([price("10:07", 1)], "prices"),
        ([price("10:00", 84)], "prices"),
    ],
)
def test_prices_that_cannot_be_are_refused(api: Api, prices: list[Any], place: str) -> None:
    refused(api.post(f"price-series/{made(api)}/prices", {"prices": prices}), 422, place)
    assert not PricePoint.objects.exists()


@pytest.mark.parametrize("query", ["", f"?since={DAY}10:00:00Z", PERIOD.replace("11:00", "09:00"), "?x=1"])
def test_prices_are_read_for_a_period_that_one_answer_can_hold(api: Api, query: str) -> None:
    refused(api.get(f"price-series/{made(api)}/prices{query}"), 400)


def test_prices_are_the_owners(api: Api, alpha: World, beta: World) -> None:
    theirs = made(Api(beta.key()))
    refused(api.get(f"price-series/{theirs}"), 404)
    refused(api.get(f"price-series/{theirs}/prices{PERIOD}"), 404)
    refused(api.post(f"price-series/{theirs}/prices", {"prices": [price("10:00", 1)]}), 404)
    refused(api.post(f"price-series/{theirs}/import", {"kind": "csv", "content": "x"}), 404)
    mine = made(api)
    looking = Api(alpha.key("billing.view"))
    assert looking.get(f"price-series/{mine}").status_code == 200
    refused(looking.patch(f"price-series/{mine}", {"name": "x"}), 403)
    refused(looking.post(f"price-series/{mine}/prices", {"prices": [price("10:00", 1)]}), 403)
    refused(looking.post(f"price-series/{mine}/import", {"kind": "csv", "content": "x"}), 403)
