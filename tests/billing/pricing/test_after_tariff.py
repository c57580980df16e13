"""Mark-ups, entitlements, discounts, vouchers, in this order; none edits an earlier line."""

import pytest

from billing.pricing.after_tariff import Discount, Entitlement, MarkUp, Rebate, Terms, Voucher
from billing.pricing.breakdown import totals
from billing.pricing.errors import Refused
from billing.pricing.rating import Rating
from billing.pricing.tariff import Dimension

from .usages import component, cost, element, lines, net, period, rated_cdr, tariff

TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"
PRICES = tariff(
    element(component("ENERGY", "1", vat=20), end_time="11:00"),
    element(component("ENERGY", "2", vat=20)),
    element(component("FLAT", "5", vat=10), component("PARKING_TIME", "4")),
)


def rated(terms: Terms, prices: object = PRICES) -> Rating:
    """10 kWh at 1, 10 kWh at 2, a fixed 5, a parking hour at 4: net 39, gross 45.50."""
    periods = [period(TEN, ENERGY=10), period(ELEVEN, ENERGY=10, PARKING_TIME=1)]
    return rated_cdr(prices, *periods, end=NOON, terms=terms)  # type: ignore[arg-type]


def amounts(rating: Rating, kind: str) -> list[tuple[str, str]]:
    return [(line["dimension"], line["amount"]) for line in lines(rating, kind)]


def test_without_terms_nothing_is_added() -> None:
    assert cost(rated(Terms())) == ("39", "45.5")


def test_a_mark_up_is_taxed_as_what_it_marks_up() -> None:
    rating = rated(Terms(mark_ups=(MarkUp("Roaming", percent=10),)))
    assert amounts(rating, "mark_up") == [("FLAT", "0.5"), ("ENERGY", "3"), ("PARKING_TIME", "0.4")]
    assert cost(rating) == ("42.9", "50.05")
    assert {line["reason"] for line in lines(rating, "mark_up")} == {"Roaming"}


def test_a_mark_up_per_session_brings_its_own_tax() -> None:
    rating = rated(Terms(mark_ups=(MarkUp("Fee", per_session=1, vat=19),)))
    assert cost(rating) == ("40", "46.69")
    assert amounts(rating, "mark_up") == [(None, "1")]


def test_the_totals_of_the_tariff_stay_what_the_tariff_asked() -> None:
    rating = rated(Terms(mark_ups=(MarkUp("Roaming", percent=10),)))
    assert totals(rating)["total_energy_cost"]["excl_vat"] == "30"


def test_the_first_units_are_the_free_ones() -> None:
    rating = rated(Terms(entitlements=(Entitlement("12 kWh a month", Dimension.ENERGY, 12_000),)))
    assert net(rating) == "25"
    assert [(line["quantity"], line["amount"]) for line in lines(rating, "entitlement")] == [
        ("10000", "-10"),
        ("2000", "-4"),
    ]


def test_an_entitlement_never_gives_more_than_was_used() -> None:
    rating = rated(Terms(entitlements=(Entitlement("Plenty", Dimension.ENERGY, 99_000),)))
    assert net(rating) == "9"
    assert sum(int(line["quantity"]) for line in lines(rating, "entitlement")) == 20_000


def test_an_entitlement_of_nothing_gives_nothing() -> None:
    assert (
        lines(rated(Terms(entitlements=(Entitlement("Used up", Dimension.ENERGY, 0),))), "entitlement") == []
    )


def test_a_free_start_is_an_entitlement_too() -> None:
    rating = rated(Terms(entitlements=(Entitlement("Free start", Dimension.FLAT, 1),)))
    assert amounts(rating, "entitlement") == [("FLAT", "-5")]


def test_two_entitlements_do_not_give_the_same_unit_twice() -> None:
    both = (Entitlement("A", Dimension.ENERGY, 6000), Entitlement("B", Dimension.ENERGY, 6000))
    rating = rated(Terms(entitlements=both))
    assert [line["amount"] for line in lines(rating, "entitlement")] == ["-6", "-4", "-4"]


def test_the_mark_up_of_a_free_unit_is_free() -> None:
    terms = Terms(
        mark_ups=(MarkUp("A", percent=10), MarkUp("B", percent=10)),
        entitlements=(Entitlement("All", Dimension.ENERGY, 20_000),),
    )
    assert net(rated(terms)) == "10.8"


def test_units_that_cost_nothing_use_nothing_up() -> None:
    prices = tariff(
        element(component("ENERGY", "0"), end_time="11:00"),
        element(component("ENERGY", "2")),
    )
    rating = rated(Terms(entitlements=(Entitlement("5 kWh", Dimension.ENERGY, 5000),)), prices)
    assert (net(rating), amounts(rating, "entitlement")) == ("10", [("ENERGY", "-10")])


def test_the_surplus_of_a_step_can_be_free_in_its_order() -> None:
    prices = tariff(element(component("ENERGY", "1", 16_000)))
    rating = rated(Terms(entitlements=(Entitlement("25 kWh", Dimension.ENERGY, 25_000),)), prices)
    assert net(rating) == "7"


def test_a_discount_takes_off_what_is_left() -> None:
    terms = Terms(
        entitlements=(Entitlement("10 kWh", Dimension.ENERGY, 10_000),),
        discounts=(Discount("Half", 50), Discount("Another tenth", 10)),
    )
    rating = rated(terms)
    assert net(rating) == "13.05"
    assert len(lines(rating, "discount")) == 6


def test_a_discount_may_be_for_some_dimensions_only() -> None:
    rating = rated(Terms(discounts=(Discount("Energy", 10, frozenset({Dimension.ENERGY})),)))
    assert amounts(rating, "discount") == [("ENERGY", "-3")]
    assert cost(rating) == ("36", "41.9")


def test_a_discount_does_not_shrink_a_credit() -> None:
    prices = tariff(element(component("ENERGY", "-1")))
    assert net(rated(Terms(discounts=(Discount("Half", 50),)), prices)) == "-20"


def test_a_price_reduction_comes_off_before_tax_in_proportion() -> None:
    rating = rated(Terms(vouchers=(Voucher("Spring", 13),)))
    assert amounts(rating, "voucher") == [
        ("FLAT", f"-1.{'6' * 26}7"),
        ("ENERGY", "-10"),
        ("PARKING_TIME", f"-1.{'3' * 27}"),
    ]
    assert net(rating) == "26"


def test_a_price_reduction_is_never_more_than_the_price() -> None:
    assert cost(rated(Terms(vouchers=(Voucher("Big", 100), Voucher("Second", 1))))) == ("0", "0")


def test_a_payment_by_voucher_leaves_the_price_and_comes_off_what_is_due() -> None:
    rating = rated(
        Terms(vouchers=(Voucher("Gift", 20, is_payment=True), Voucher("Gift", 5, is_payment=True)))
    )
    assert cost(rating) == ("39", "45.5")
    payable = lines(rating, "payable")[0]
    assert (payable["gross_minor"], payable["paid_by_vouchers_minor"], payable["due_minor"]) == (
        4550,
        2500,
        2050,
    )
    assert lines(rating, "voucher") == []


def test_a_payment_by_voucher_is_never_more_than_is_due() -> None:
    gift = Terms(vouchers=(Voucher("Gift", 100, is_payment=True),))
    assert lines(rated(gift), "payable")[0]["due_minor"] == 0
    credit = lines(rated(gift, tariff(element(component("ENERGY", "-1")))), "payable")[0]
    assert (credit["gross_minor"], credit["paid_by_vouchers_minor"]) == (-2000, 0)


def test_limits_come_after_everything_else() -> None:
    prices = PRICES | {"min_price": {"excl_vat": 30}}
    assert net(rated(Terms(discounts=(Discount("Half", 50),)), prices)) == "30"


def test_in_a_tariff_with_tax_the_adjustments_are_with_tax() -> None:
    prices = PRICES | {"tax_included": "YES"}
    rating = rated(Terms(vouchers=(Voucher("Spring", 13),)), prices)
    assert cost(rating)[1] == "26"


def test_a_rebate_comes_off_each_unit_that_an_entitlement_left_to_pay() -> None:
    terms = Terms(
        entitlements=(Entitlement("4 kWh", Dimension.ENERGY, 4_000),), discounts=(Rebate("Members", 1),)
    )
    rating = rated(terms)
    assert amounts(rating, "discount") == [("ENERGY", "-16")]
    assert net(rating) == "19"


def test_a_rebate_is_never_more_than_the_price() -> None:
    rating = rated(Terms(discounts=(Rebate("Members", 99), Discount("Half", 50))))
    assert amounts(rating, "discount") == [("ENERGY", "-30"), ("FLAT", "-2.5"), ("PARKING_TIME", "-2")]


def test_a_rebate_of_what_costs_nothing_adds_no_line() -> None:
    free = tariff(element(component("ENERGY", "0"), component("TIME", "1")))
    assert amounts(rated(Terms(discounts=(Rebate("Members", 1),)), free), "discount") == []


def test_a_rebate_of_units_that_are_all_included_adds_no_line() -> None:
    """Seen failing with a line of nothing."""
    terms = Terms(
        entitlements=(Entitlement("All", Dimension.ENERGY, 100_000),), discounts=(Rebate("Members", 1),)
    )
    assert amounts(rated(terms), "discount") == []


def test_a_rebate_below_zero_is_refused() -> None:
    with pytest.raises(Refused, match=r"discounts\[0\].per_unit: -1 is below zero"):
        Terms(discounts=(Rebate("Members", -1),))
