"""Pages of tariffs that follow a market, and of sites that buy by one."""

from decimal import Decimal

import pytest
from django.test import Client

from billing.models import PriceSeries, TariffVersion
from billing.services.tariffs.market import prices_put, series_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.models import SitePlan, SitePolicy
from tests.worlds import World

from .test_tariffs import filled

pytestmark = pytest.mark.django_db

NEW = "/money/tariffs/new/"


@pytest.fixture
def series(world: World) -> PriceSeries:
    """A series with a price of 0.20 for the hour that runs."""
    made = series_create(
        world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="UTC", resolution_minutes=60
    )
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    prices_put(made, [(hour, Decimal("0.20"))], SYSTEM)
    return made


def following(series: PriceSeries, **more: str) -> dict[str, str]:
    return (
        filled()
        | {"market-series": series.public_id, "market-factor": "1.5", "market-missing": "hold"}
        | more
    )


def test_a_draft_is_made_to_follow_and_shows_it_again(owner: Client, series: PriceSeries) -> None:
    assert owner.post(NEW, following(series)).status_code == 302
    version = TariffVersion.objects.get()
    assert (version.series, version.formula) == (series, '{"factor":1.5,"missing":"hold"}')
    path = f"/money/tariffs/{version.family.public_id}/"
    assert "Day ahead × 1.5 per kWh without tax" in owner.get(path).content.decode()
    draft = owner.get(f"{path}draft/").content.decode()
    assert f'<option value="{series.public_id}" selected' in draft
    assert "The examples use what the market asks now, 0.20 EUR" in draft
    document = {"body": version.body, "market-series": series.public_id, "market-cap": "0.4"}
    assert owner.post(f"{path}document/", document).status_code == 302
    version.refresh_from_db()
    assert version.formula == '{"cap":0.4,"missing":"hold"}'


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"market-series": ""}, "Choose a series"),
        ({"market-floor": "2", "market-cap": "1"}, "is below the floor"),
        ({"currency": "SEK"}, "is in EUR, and the tariff in SEK"),
        ({"market-factor": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_followed_is_said_beside_its_field(
    owner: Client, series: PriceSeries, changes: dict[str, str], words: str
) -> None:
    response = owner.post(NEW, following(series, **changes))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not TariffVersion.objects.exists()


def test_a_site_names_what_it_buys_by(owner: Client, world: World, series: PriceSeries) -> None:
    path = f"/energy/{world.site.public_id}/sharing/"
    told = {"l1": 0, "l2": 0, "l3": 0, "service_minimum_a": 6, "margin_sigmas": 3, "feed_in_price": "0.08"}
    told |= {"peak_price": "14.5"}
    assert owner.post(path, told | {"price_series": series.public_id}).status_code == 302
    policy = SitePolicy.objects.get()
    assert (policy.price_series, policy.feed_in_price, policy.peak_price) == (series, 0.08, 14.5)
    assert 'value="14.5"' in owner.get(f"/energy/{world.site.public_id}/savings/").content.decode()
    assert 'value="0.08"' in owner.get(path).content.decode()
    assert f'<option value="{series.public_id}" selected' in owner.get(path).content.decode()


@pytest.mark.parametrize(
    ("so_far_w", "planned_w", "words"),
    [
        (84_000.0, 84_000.0, "Keeps the month's peak at 84 kW."),
        (84_000.0, 91_000.0, "Lets the month's peak rise from 84 kW to 91 kW"),
        (None, 0.0, "no meter that speaks measures everything"),
    ],
)
def test_a_plan_says_what_becomes_of_the_months_peak(
    owner: Client, world: World, so_far_w: float | None, planned_w: float, words: str
) -> None:
    now, evse = clock.now(), world.station.evses.get()
    SitePlan.objects.create(
        site=world.site, made_at=now, starts_at=now, slots_s=[0, 3600], ceiling_w=[None],
        powers_w={evse.public_id: [11_000.0]}, solver={"peak_w": planned_w},
        inputs={"peak": {"price_per_kw": 15.0, "so_far_w": so_far_w}},
    )  # fmt: skip
    page = " ".join(owner.get(f"/energy/{world.site.public_id}/plan/").content.decode().split())
    assert words in page


def test_a_plan_draws_the_prices_it_was_made_with(owner: Client, world: World) -> None:
    now, path = clock.now(), f"/energy/{world.site.public_id}/plan/"
    evse = world.station.evses.get()
    plan = SitePlan.objects.create(
        site=world.site, made_at=now, starts_at=now, slots_s=[0, 3600, 7200], ceiling_w=[None, None],
        powers_w={evse.public_id: [0.0, 11_000.0]},
        inputs={"prices": {"series": "Day ahead", "currency": "EUR", "per_kwh": [0.25, -0.05]}},
    )  # fmt: skip
    page = " ".join(owner.get(path).content.decode().split())
    assert "Day ahead: -0.05 EUR to 0.25 EUR per kWh." in page
    plan.inputs["prices"]["per_kwh"] = [0.25, None]
    plan.save()
    assert "Hours without a price are taken to cost" in owner.get(path).content.decode()
    plan.inputs["prices"]["per_kwh"] = [None, None]
    plan.save()
    assert "has none for these hours" in owner.get(path).content.decode()
    plan.inputs = {}
    plan.save()
    assert "Choose a price series under" in owner.get(path).content.decode()
    assert "What the sun gives" not in owner.get(path).content.decode()
    plan.inputs = {"building_w": [5_000.0, 6_000.0], "limit_w": [22_080.0, 4_200.0]}
    plan.save()
    page = " ".join(owner.get(path).content.decode().split())
    assert "Limit of the site" in page
    assert page.count('<rect class="key-building"') == 2
    assert page.count('<rect class="key-cars"') == 1
    assert '<text x="100%" y="0%" text-anchor="end" dy="0.32em">30</text>' in page
    assert '<td class="num">4.2 kW</td>' in page
    assert "building 6 kW, limit 4.2 kW" in page
    assert ">now</text>" in page
    plan.inputs = {"sun_w": [0.0, 4_200.0]}
    plan.save()
    page = " ".join(owner.get(path).content.decode().split())
    assert "At most 4.2 kW are expected" in page
    assert '<td class="num">4.2 kW</td>' in page
    plan.inputs = {"sun_w": [0.0, 0.0]}
    plan.save()
    assert "Nothing is expected in these hours" in owner.get(path).content.decode()
