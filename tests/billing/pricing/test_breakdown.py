"""A rating explains itself, and the same input gives the same bytes."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billing.pricing.after_tariff import Discount, Terms
from billing.pricing.breakdown import breakdown, rating_json, totals
from billing.pricing.exact import decimals, exact, loads, ratio
from billing.pricing.rating import ENGINE_VERSION, Rating
from billing.pricing.tariff_reader import read_tariff
from cpms.ops.local import ROOT

from .usages import component, element, lines, period, rated_cdr, rated_session, session, tariff

PRICES = tariff(
    element(component("ENERGY", "0.3", 500, vat=19), max_kwh=10),
    element(component("ENERGY", "0.5", 500, vat=19), component("FLAT", "1")),
    element(component("PARKING_TIME", "6", 60)),
)
SAID = session(
    "2026-01-14T17:05:30Z",
    "2026-01-14T20:05:30Z",
    {"2026-01-14T17:05:30Z": 0, "2026-01-14T19:05:30Z": 24_400},
    {"2026-01-14T17:05:30Z": "charging", "2026-01-14T19:05:30Z": "suspended_ev"},
)


def rating(**changes: Any) -> Rating:
    return rated_session(
        PRICES | changes.pop("prices", {}), SAID | changes.pop("said", {}), "Europe/Berlin", **changes
    )


def test_each_period_says_when_what_and_why() -> None:
    first, second, third = lines(rating(), "period")
    assert first | {"charges": 0} == {
        "line": "period",
        "period": 0,
        "from": "2026-01-14T17:05:30Z",
        "to": "2026-01-14T17:54:40.819672Z",
        "state": "charging",
        "energy_wh": "10000",
        "seconds": "2950.819672131147540983606557",
        "reason": "Wed 18:05 local, 0 kWh and 0 min into the session",
        "charges": 0,
    }
    assert second["reason"] == "Wed 18:54 local, 10 kWh and 49 min into the session"
    assert third["reason"] == "Wed 20:05 local, 24.4 kWh and 120 min into the session"
    assert third["charges"] == [
        {
            "line": "charge",
            "dimension": "PARKING_TIME",
            "phase": "charging",
            "period": 2,
            "tariff": "T",
            "element": 2,
            "component": 0,
            "unit_price": "6",
            "vat": None,
            "tax_included": "NO",
            "quantity": "3600",
            "unit": "s",
            "amount": "6",
            "amount_rounded": "6",
        }
    ]


def test_every_kind_of_line_comes_in_the_order_it_was_made() -> None:
    found = rating(terms=Terms(discounts=(Discount("Five", 5),)), prices={"min_price": 50})
    kinds = [line["line"] for line in breakdown(found)]
    assert list(dict.fromkeys(kinds)) == [
        "period",
        "dimension",
        "step_size",
        "discount",
        "min_price",
        "tax",
        "payable",
        "engine",
    ]
    assert breakdown(found)[-1] == {
        "line": "engine",
        "version": ENGINE_VERSION,
        "input_hash": found.input_hash,
    }


def test_the_lines_add_up_to_the_total() -> None:
    found = rating()
    charges = [charge for line in lines(found, "period") for charge in line["charges"]]
    summed = sum(Decimal(line["amount"]) for line in [*charges, *lines(found, "step_size")])
    assert str(summed) == totals(found)["total_cost"]["excl_vat"] == "17.25"
    assert [charge["unit"] for charge in charges] == ["session", "Wh", "Wh", "s"]


def test_totals_name_everything_that_ocpi_totals() -> None:
    assert totals(rating()) == {
        "total_cost": {"excl_vat": "17.25", "incl_vat": "19.1975"},
        "total_fixed_cost": {"excl_vat": "1", "incl_vat": "1"},
        "total_energy_cost": {"excl_vat": "10.25", "incl_vat": "12.1975"},
        "total_time_cost": {"excl_vat": "0", "incl_vat": "0"},
        "total_parking_cost": {"excl_vat": "6", "incl_vat": "6"},
        "total_reservation_cost": {"excl_vat": "0", "incl_vat": "0"},
        "total_energy": "24.4",
        "total_time": "3",
        "total_parking_time": "1",
    }


def test_rating_again_gives_the_same_bytes() -> None:
    first = rating_json(rating())
    assert all(rating_json(rating()) == first for _ in range(200))
    assert json.loads(first)["engine"] == ENGINE_VERSION


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    program = (
        "from tests.billing.pricing.test_breakdown import rating;"
        "from billing.pricing.breakdown import rating_json;"
        "print(rating_json(rating(prices={'elements': [{'price_components': [{'type': 'ENERGY', 'price': 1}],"
        " 'restrictions': {'day_of_week': ['MONDAY', 'WEDNESDAY', 'SUNDAY']}}]})))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"prices": {"min_price": 1}},
        {"prices": {"tax_included": "YES"}},
        {"prices": {"id": "U"}},
        {"prices": {"elements": [element(component("ENERGY", "0.3", 1), day_of_week=["MONDAY"])]}},
        {"said": {"end": "2026-01-14T20:05:31Z"}},
        {"said": {"states": []}},
        {"said": {"meter": []}},
        {"terms": Terms(discounts=(Discount("A", 1),))},
    ],
)
def test_the_input_hash_tells_inputs_apart(changes: dict[str, Any]) -> None:
    assert rating(**changes).input_hash != rating().input_hash


def test_the_input_hash_knows_the_place() -> None:
    """Same offset, other zone; and a wall clock that jumps in between."""
    hashes = {
        rated_session(PRICES, SAID, zone).input_hash for zone in ("Europe/Berlin", "Europe/Paris", "UTC")
    }
    assert len(hashes) == 3


def test_the_fingerprint_of_a_tariff_is_that_of_its_meaning() -> None:
    assert (
        read_tariff(PRICES).fingerprint
        == read_tariff(PRICES | {"last_updated": "2026-01-01T00:00:00Z"}).fingerprint
    )
    assert read_tariff(PRICES).fingerprint != read_tariff(PRICES | {"currency": "CHF"}).fingerprint
    assert len(read_tariff(PRICES).fingerprint) == 64


def test_the_json_names_the_tariffs_and_counts_the_periods() -> None:
    document = json.loads(rating_json(rating()))
    assert document["tariffs"] == [read_tariff(PRICES).fingerprint]
    assert (document["periods"], document["currency"]) == (3, "EUR")
    assert document["totals"] == totals(rating())


def test_no_figure_is_a_float() -> None:
    def floats(value: Any) -> bool:
        if isinstance(value, dict | list):
            return any(map(floats, value.values() if isinstance(value, dict) else value))
        return isinstance(value, float)

    assert not floats(breakdown(rating()))
    for line in (*rating().charges, *rating().bill.taxes):
        assert not any(isinstance(getattr(line, name), float) for name in line.__slots__)


def test_json_numbers_are_read_unharmed() -> None:
    assert loads('{"price": 0.1}') == {"price": Decimal("0.1")}
    assert exact(Decimal("0.1")) == exact("0.1") == Fraction(1, 10)
    assert [exact(value) for value in (True, 0.1, None, "", "1e41", "nan")] == [None] * 6
    assert exact("1e40") == 10**40
    assert exact(Fraction(1, 2)) == Fraction(1, 2)
    assert [decimals(value) for value in (7, Decimal("7.10"), "7.125", Decimal("1E+2"), Decimal("NaN"))] == [
        0,
        2,
        3,
        0,
        0,
    ]
    assert (ratio(6, 3), ratio(1, 3), ratio(Fraction(1, 2), Fraction(1, 4))) == (2, Fraction(1, 3), 2)
    assert isinstance(ratio(Fraction(1, 2), Fraction(1, 4)), int)


def test_a_reason_shows_tenths_of_a_kilowatt_hour_and_whole_minutes() -> None:
    rated = rated_cdr(
        PRICES, period("2026-01-14T10:00:00Z", ENERGY="1.25"), period("2026-01-14T10:01:59Z", ENERGY=1)
    )
    assert lines(rated, "period")[1]["reason"] == "Wed 10:01 local, 1.3 kWh and 1 min into the session"
