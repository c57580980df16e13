"""Tariffs that follow a market, over the API: drafted, shown, looked at, refused at their fields."""

from typing import Any

import pytest

from billing.models import TariffVersion
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db

DOCUMENT = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5,"vat":19}]}]}'


@pytest.fixture
def series(api: Api) -> str:
    """A series with a price of 0.20 for the hour that runs."""
    fields = {"name": "Day ahead", "currency": "EUR", "time_zone": "UTC", "resolution_minutes": 60}
    name = str(api.post("price-series", fields).json()["id"])
    hour = clock.now().replace(minute=0, second=0, microsecond=0).isoformat()
    told = api.post(f"price-series/{name}/prices", {"prices": [{"starts_at": hour, "price": "0.20"}]})
    assert told.status_code == 200
    return name


def body(series: str, more: str = "", formula: str = '"factor": 1.1, "surcharge": 0.08') -> str:
    market = f'{{"series": "{series}", {formula}}}'
    return f'{{{more} "document": {DOCUMENT}, "market": {market}}}'


def made(api: Api, series: str) -> dict[str, Any]:
    answer = api.post("tariffs", body(series, '"name": "Spot",'))
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_draft_follows_a_series_and_is_shown_with_every_digit(api: Api, series: str) -> None:
    tariff = made(api, series)
    assert tariff["price"] == "Day ahead × 1.1 + 0.08 EUR per kWh without tax; plus 19 % tax"
    draft = api.get(f"tariff-versions/{tariff['draft']}").json()
    assert draft["market"] == {"series": series, "factor": 1.1, "surcharge": 0.08, "missing": "hold"}
    again = api.post(f"tariffs/{tariff['id']}/draft", f'{{"document": {DOCUMENT}}}').json()
    assert (again["market"], again["price"]) == (None, "0.50 EUR per kWh; plus 19 % tax")
    assert again["digest"] != draft["digest"]


def test_what_a_version_changes_names_the_market(api: Api, series: str) -> None:
    tariff = made(api, series)
    first = api.post(f"tariff-versions/{tariff['draft']}/publish").json()
    second = api.post(f"tariffs/{tariff['id']}/draft", f'{{"document": {DOCUMENT}}}').json()
    (change,) = api.get(f"tariff-versions/{second['id']}/differences?against={first['id']}").json()
    assert (change["what"], change["before"], change["after"]) == (
        "Energy follows", "Day ahead × 1.1 + 0.08 EUR per kWh without tax", "",
    )  # fmt: skip


def test_the_document_stays_what_partners_see(api: Api, series: str) -> None:
    draft = api.get(f"tariff-versions/{made(api, series)['draft']}").json()
    assert draft["document"]["elements"][0]["price_components"][0]["price"] == 0.5
    assert set(draft["document"]) == {"id", "currency", "elements"}


def test_a_look_makes_its_examples_with_the_price_of_now(api: Api, series: str) -> None:
    """10 kWh at 1.1 times 0.20 and 0.08, and 19 %: 3.57."""
    seen = api.post("tariff-preview", body(series)).json()
    assert seen["price"].startswith("Day ahead × 1.1")
    assert seen["examples"][0]["gross_minor"] == 357


@pytest.mark.parametrize(
    ("formula", "field"),
    [
        ('"factor": -1', "market.factor"),
        ('"floor": 2, "cap": 1', "cap"),
        ('"missing": "guess"', "market.missing"),
        ('"slope": 1', "market.slope"),
    ],
)
def test_a_formula_that_cannot_be_is_refused_at_its_field(
    api: Api, series: str, formula: str, field: str
) -> None:
    refused(api.post("tariffs", body(series, '"name": "Spot",', formula)), 422, field)
    assert not TariffVersion.objects.exists()


def test_the_series_of_others_is_not_there(api: Api, beta: World, series: str) -> None:
    refused(Api(beta.key()).post("tariffs", body(series, '"name": "Spot",')), 404)
