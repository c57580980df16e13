"""Sessions under a tariff that follows a market: priced interval by interval, and by what was known, for ever."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from billing.models import PriceSeries, Rating, TariffVersion
from billing.services.ratings.again import difference
from billing.services.ratings.follow import sessions_sweep
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.quotes import Asked, Refused, quote
from billing.services.ratings.running import session_estimate
from billing.services.ratings.words import lines
from billing.services.tariffs.following import Follows, version_lines, version_sentence
from billing.services.tariffs.market import prices_put, series_create
from billing.services.tariffs.overview import version_tariff
from billing.services.tariffs.past import past_run
from billing.services.tariffs.versions import draft_save, family_create, tariff_assign, version_publish
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .story import ENERGY, START, Story, at

OWN = ENERGY % "0.9"
FORMULA = {"surcharge": Decimal("0.1"), "missing": "hold"}
QUARTER = timedelta(minutes=15)


@pytest.fixture
def series(story: Story) -> PriceSeries:
    return series_create(
        story.world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="Europe/Berlin"
    )


def told(series: PriceSeries, *prices: str, minutes: float = -600, first: int = 0) -> None:
    """Prices of the quarters of an hour of the session, told so many minutes after its start."""
    rows = [(START + (first + n) * QUARTER, Decimal(price)) for n, price in enumerate(prices)]
    with time_machine.travel(at(minutes), tick=False):
        prices_put(series, rows, SYSTEM)


def published(story: Story, series: PriceSeries, **formula: Any) -> TariffVersion:
    """A tariff for everybody that follows the series, in force since the day before."""
    with time_machine.travel(at(-1440), tick=False):
        family = family_create(story.world.organisation, "Spot", SYSTEM)
        draft = draft_save(family, OWN, SYSTEM, follows=Follows(series, FORMULA | formula))
        version = version_publish(draft, at(-1440), SYSTEM, insist=True)
        tariff_assign(family, SYSTEM, valid_from=at(-1440))
    return version


def rated(story: Story) -> Rating:
    """10 kWh evenly over the hour."""
    session = story.charged()
    with time_machine.travel(at(61), tick=False):
        rating = session_rate(session)
    assert rating is not None
    return rating


def test_each_interval_has_its_price_in_breakdown_and_words(story: Story, series: PriceSeries) -> None:
    """2.5 kWh each at 0.30, 0.40, 0.20 and 0.05, and 19 %: 2.375 and tax."""
    told(series, "0.20", "0.30", "0.10", "-0.05")
    published(story, series)
    rating = rated(story)
    assert (rating.state, rating.net_minor, rating.gross_minor) == ("final", 238, 283)
    periods = [one for one in json.loads(rating.result)["breakdown"] if one["line"] == "period"]
    energy = [one["charges"][0] for one in periods]
    assert [(one["market_price"], one["unit_price"]) for one in energy if "market_price" in one] == [
        ("0.2", "0.3"), ("0.3", "0.4"), ("0.1", "0.2"), ("-0.05", "0.05"),
    ]  # fmt: skip
    charges = [line for line in lines(rating) if line.kind == "charge"]
    assert len(charges) == 4
    assert "at 0.40 EUR per kWh" in charges[1].sentence
    assert "The market asked 0.30 EUR per kWh then" in charges[1].why


def test_a_price_that_is_corrected_later_changes_nothing(story: Story, series: PriceSeries) -> None:
    """Seen failing with the newest price looked up anew for a stored rating."""
    told(series, "0.20", "0.30", "0.10", "0.10")
    published(story, series)
    rating = rated(story)
    told(series, "9", "9", "9", "9", minutes=90)
    assert difference(rating) is None
    assert difference(rating, from_evidence=True) is None
    rating.refresh_from_db()
    assert "0.3" in rating.facts


def test_a_correction_in_time_holds_from_the_next_interval_on(story: Story, series: PriceSeries) -> None:
    """At 20 minutes all becomes 0.50: two quarters keep 0.20, two have 0.50; 2.5 kWh each and 0.10."""
    told(series, "0.20", "0.20", "0.20", "0.20")
    told(series, "0.50", "0.50", "0.50", "0.50", minutes=20)
    published(story, series)
    assert rated(story).net_minor == 2 * 75 + 2 * 150


def test_without_a_price_the_session_is_held_until_there_is_one(story: Story, series: PriceSeries) -> None:
    """Seen failing with a missing price taken for zero."""
    told(series, "0.20", "0.30")
    published(story, series)
    rating = rated(story)
    assert (rating.state, rating.gross_minor) == ("held", None)
    assert (
        "the market has no price from 2026-03-02 09:30 to 2026-03-02 10:00 UTC" in rating.doubts[0]["detail"]
    )
    with time_machine.travel(at(200), tick=False):
        sessions_sweep()
    assert story.ratings() == [("held", None)]
    told(series, "0.10", "0.10", minutes=200, first=2)
    with time_machine.travel(at(201), tick=False):
        sessions_sweep()
    assert story.ratings() == [("superseded", None), ("final", 327)]


def test_where_the_tariff_says_so_its_own_price_fills_the_gap(story: Story, series: PriceSeries) -> None:
    """2.5 kWh at 0.30 and at 0.40, 5 at 0.90."""
    told(series, "0.20", "0.30")
    published(story, series, missing="tariff")
    rating = rated(story)
    assert (rating.state, rating.net_minor) == ("final", 75 + 100 + 450)
    told(series, "0.10", "0.10", minutes=200, first=2)
    with time_machine.travel(at(201), tick=False):
        sessions_sweep()
    assert story.ratings() == [("final", 744)]


def test_the_running_cost_is_the_final_one(story: Story, series: PriceSeries) -> None:
    told(series, "0.20", "0.30", "0.10", "-0.05")
    published(story, series)
    story.begin()
    story.read(30, 5_000)
    story.read(60, 10_000)
    running = session_estimate(story.session)
    final = session_rate(story.end(60, 10_000))
    assert running is not None
    assert final is not None
    assert (running.result, running.gross_minor) == (final.result, final.gross_minor)


def test_a_quote_follows_the_market_and_says_where_it_ends(story: Story, series: PriceSeries) -> None:
    told(series, "0.20", "0.30", "0.10", "-0.05")
    published(story, series)
    asked = Asked(story.station, 1, None, START, 10_000, duration_s=3600)
    assert quote(asked).net_minor == 238
    with pytest.raises(Refused, match="no price from 2026-03-02 10:00"):
        quote(Asked(story.station, 1, None, START, 10_000, duration_s=7200))


def test_what_it_costs_is_told_in_words(story: Story, series: PriceSeries) -> None:
    told(series, "0.20", "0.30", "-0.25")
    version = published(story, series, factor=Decimal("1.1"), floor=Decimal(0))
    tariff = version_tariff(version)
    assert version_sentence(version, tariff).startswith(
        "Day ahead × 1.1 + 0.10 EUR per kWh without tax, at least 0.00 EUR"
    )
    (line,) = version_lines(version, tariff, at(20), with_tax=True)
    assert line.amount == (
        "now 0.5117 EUR per kWh, changes every 15 minutes, today between 0.00 EUR and 0.5117 EUR"
    )
    (unknown,) = version_lines(version, tariff, at(-1440 * 9), with_tax=True)
    assert unknown.amount == "changes every 15 minutes"


def test_earlier_sessions_are_run_under_a_draft_that_follows(story: Story, series: PriceSeries) -> None:
    told(series, "0.20", "0.30", "0.10", "-0.05")
    story.tariff()
    rating = rated(story)
    family = family_create(story.world.organisation, "Spot", SYSTEM)
    draft = draft_save(family, OWN, SYSTEM, follows=Follows(series, FORMULA))
    (again,) = past_run(Rating.objects.all(), draft, at(-60), at(600)).sessions
    assert (again.rating, again.net_then, again.net_now) == (rating, 500, 238)


@pytest.mark.parametrize(
    ("body", "formula", "field"),
    [
        (OWN, {"cap": Decimal(-1), "floor": Decimal(0)}, "cap"),
        (OWN, {"missing": "guess"}, "missing"),
        (OWN.replace("EUR", "SEK"), {}, "series"),
        (OWN.replace("ENERGY", "TIME"), {}, "body"),
    ],
)
def test_what_cannot_be_followed_is_refused_at_its_field(
    story: Story, series: PriceSeries, body: str, formula: dict[str, Any], field: str
) -> None:
    family = family_create(story.world.organisation, "Spot", SYSTEM)
    with pytest.raises(ValidationError) as refused:
        draft_save(family, body, SYSTEM, follows=Follows(series, FORMULA | formula))
    assert field in refused.value.message_dict


def test_the_market_of_others_cannot_be_followed(
    story: Story, series: PriceSeries, other_world: World
) -> None:
    family = family_create(other_world.organisation, "Spot", SYSTEM)
    with pytest.raises(ValidationError, match="belongs to another organisation"):
        draft_save(family, OWN, SYSTEM, follows=Follows(series, FORMULA))


def test_another_formula_is_another_digest(story: Story, series: PriceSeries) -> None:
    family = family_create(story.world.organisation, "Spot", SYSTEM)
    plain = draft_save(family, OWN, SYSTEM).digest
    one = draft_save(family, OWN, SYSTEM, follows=Follows(series, FORMULA)).digest
    other = draft_save(family, OWN, SYSTEM, follows=Follows(series, FORMULA | {"factor": Decimal(2)})).digest
    assert len({plain, one, other}) == 3
