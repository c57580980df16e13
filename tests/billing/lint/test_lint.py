"""What a tariff is criticised for before it is published (and what it is not)."""

from typing import Any

import pytest

from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.lint import Code, Finding, Level, Surroundings, lint

WEEKDAYS = '["MONDAY","TUESDAY","WEDNESDAY","THURSDAY","FRIDAY"]'


def component(kind: str = "ENERGY", price: str = "0.45", **more: str) -> str:
    fields = {"type": f'"{kind}"', "price": price, "vat": "19", "step_size": "1", **more}
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items() if value) + "}"


def element(*components: str, **restrictions: str) -> str:
    given = ",".join(f'"{name}":{value}' for name, value in restrictions.items())
    return f'{{"price_components":[{",".join(components)}],"restrictions":{{{given}}}}}'


def findings(*elements: str, more: str = "", around: Surroundings | None = None) -> list[Finding]:
    document = loads(f'{{"id":"T","currency":"EUR","elements":[{",".join(elements)}]{more}}}')
    return list(lint(document, around) if around else lint(document))


def codes(*elements: str, **options: Any) -> list[Code]:
    return [finding.code for finding in findings(*elements, **options)]


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_an_ordinary_tariff_is_not_criticised() -> None:
    idle = element(component("PARKING_TIME", "6"), min_duration="14400")
    assert findings(element(component(), component("FLAT", "1")), idle, around=Surroundings("EUR")) == []
    assert findings(element(component())) == []


def test_idle_time_that_becomes_free_after_its_grace_is_an_omission() -> None:
    """Seen failing with all idle time before the greatest start taken for grace."""
    early = element(component("PARKING_TIME", "6"), min_duration="600", max_duration="1200")
    late = element(component("PARKING_TIME", "9"), min_duration="14400")
    found = only(findings(element(component()), early, late))
    assert (found.code, found.sentence) == (Code.FREE_BY_OMISSION, "idle time costs nothing after 1200 s")


def test_a_tariff_that_cannot_be_read_is_refused_and_not_criticised() -> None:
    with pytest.raises(Refused, match=r"elements\[0\]\.restrictions\.start_time"):
        findings(element(component(), start_time='"25:00"'))


def test_an_element_behind_one_without_restrictions_is_unreachable() -> None:
    found = only(findings(element(component()), element(component(), min_kwh="10")))
    assert (found.code, found.level) == (Code.UNREACHABLE, Level.ERROR)
    assert found.place == "elements[1].price_components[0]"


def test_an_element_behind_a_wider_one_is_unreachable_and_behind_a_narrower_one_is_not() -> None:
    wide = element(component(), start_time='"08:00"', end_time='"20:00"')
    narrow = element(component(), start_time='"10:00"', end_time='"12:00"')
    rest = element(component())
    assert codes(wide, narrow, rest) == [Code.UNREACHABLE]
    assert codes(narrow, wide, rest) == []


def test_restrictions_that_can_never_hold_together_are_unreachable() -> None:
    never = element(component(), min_kwh="20", max_kwh="10")
    assert codes(never, element(component())) == [Code.UNREACHABLE]


@pytest.mark.parametrize(
    "restrictions",
    [
        {"min_power": "30", "max_power": "50"},
        {"min_current": "16", "max_current": "32"},
        {"start_date": '"2026-07-01"', "end_date": '"2026-08-01"'},
        {"day_of_week": WEEKDAYS},
        {"min_duration": "60", "max_duration": "120"},
        {"start_time": '"22:00"', "end_time": '"06:00"'},
    ],
)
def test_each_restriction_is_looked_at_on_both_sides(restrictions: dict[str, str]) -> None:
    """What holds here and there only is neither unreachable nor enough for every hour."""
    assert codes(element(component(), **restrictions), element(component())) == []
    assert codes(element(component(), **restrictions)) == [Code.FREE_BY_OMISSION]


def test_a_price_of_single_days_is_found_among_dates() -> None:
    """A Saturday far from the first of the dates."""
    saturday = element(component(), start_date='"2026-07-01"', day_of_week='["SATURDAY"]')
    assert codes(saturday, element(component())) == []


@pytest.mark.parametrize(
    ("restrictions", "words"),
    [
        ({"day_of_week": WEEKDAYS}, "on Saturdays"),
        ({"start_time": '"06:00"', "end_time": '"22:30"'}, "at 00:00"),
        ({"max_kwh": "10.5"}, "after 10500 Wh"),
        ({"max_duration": "7200"}, "after 7200 s"),
        ({"max_power": "22.0005"}, "at 22000.5 W"),
        ({"min_current": "6"}, "at 0 A"),
    ],
)
def test_when_a_dimension_is_free_by_omission_is_said(restrictions: dict[str, str], words: str) -> None:
    found = only(findings(element(component(), **restrictions)))
    assert found == Finding(Code.FREE_BY_OMISSION, Level.WARNING, "elements", f"energy costs nothing {words}")


def test_a_dimension_that_is_never_priced_is_nobodys_omission() -> None:
    assert codes(element(component("TIME", "3"))) == []


def test_a_start_fee_of_some_hours_is_no_omission() -> None:
    assert codes(element(component()), element(component("FLAT", "1"), max_kwh="5")) == []


def test_prices_of_reservations_are_looked_at_in_their_phase() -> None:
    held = element(component("TIME", "5"), reservation='"RESERVATION"')
    expired = element(component("TIME", "6"), reservation='"RESERVATION_EXPIRES"')
    assert codes(expired, held, element(component())) == []
    late = findings(held, expired, element(component()))
    assert [(f.code, f.place) for f in late] == [(Code.UNREACHABLE, "elements[1].price_components[0]")]
    assert "reservation expires" in late[0].sentence


def test_the_same_time_twice_holds_all_day_and_is_said() -> None:
    found = only(findings(element(component(), start_time='"08:00"', end_time='"08:00"')))
    assert (found.code, found.place) == (Code.WHOLE_DAY, "elements[0].restrictions.end_time")


@pytest.mark.parametrize(
    ("kind", "step", "level"),
    [
        ("ENERGY", 0, None), ("ENERGY", 1, None), ("ENERGY", 2, Level.WARNING), ("ENERGY", 1000, Level.WARNING),
        ("ENERGY", 1001, Level.ERROR), ("TIME", 900, Level.WARNING), ("TIME", 901, Level.ERROR),
        ("PARKING_TIME", 901, Level.ERROR), ("FLAT", 5000, None),
    ],
)  # fmt: skip
def test_large_steps_are_warned_of_and_very_large_ones_refused(
    kind: str, step: int, level: Level | None
) -> None:
    found = findings(element(component(kind, "1", step_size=str(step))))
    steps = [f for f in found if f.code is Code.STEP_SIZE]
    assert [f.level for f in steps] == ([level] if level else [])
    assert all(f.place == "elements[0].price_components[0].step_size" for f in steps)


def test_a_step_says_what_it_bills() -> None:
    found = findings(element(component(step_size="500"), component("TIME", "3", step_size="60")))
    assert [f.sentence for f in found] == [
        "bills up to 499 Wh that nobody used",
        "bills up to 59 seconds that nobody used",
    ]


def test_missing_vat_is_not_vat_of_nothing() -> None:
    found = only(findings(element(component(vat=""))))
    assert (found.code, found.place) == (Code.NO_VAT, "elements[0].price_components[0].vat")
    assert findings(element(component(vat="0"))) == []
    assert findings(element(component(vat="")), more=',"tax_included":"N/A"') == []


def test_another_currency_than_the_sites_is_an_error() -> None:
    assert only(findings(element(component()), around=Surroundings("NOK"))) == Finding(
        Code.FOREIGN_CURRENCY, Level.ERROR, "currency", "is EUR, and the site is paid in NOK"
    )


@pytest.mark.parametrize(
    ("currency", "price", "dear"),
    [
        ("EUR", "3", False),
        ("EUR", "3.01", True),
        ("NOK", "36", False),
        ("NOK", "36.1", True),
        ("XTS", "999", False),
    ],
)
def test_a_price_beyond_the_usual_is_asked_about(currency: str, price: str, dear: bool) -> None:
    body = f'{{"id":"T","currency":"{currency}","elements":[{element(component(price=price))}]}}'
    assert [f.code for f in lint(loads(body))] == ([Code.DEAR] if dear else [])


def test_what_a_dear_price_is_for_is_said() -> None:
    found = only(findings(element(component("FLAT", "51"))))
    assert found.sentence == "is more than 50 EUR a session"


def test_an_idle_fee_needs_a_time_to_come_back() -> None:
    assert codes(element(component("PARKING_TIME", "6"))) == [Code.NO_GRACE]
    assert codes(element(component("PARKING_TIME", "0"))) == []
    assert Code.NO_GRACE not in codes(element(component("PARKING_TIME", "6"), min_duration="600"))


@pytest.mark.parametrize(
    ("elements", "wrong"),
    [
        ([element(component())], 0),
        ([element(component(), component("TIME", "3"))], 0),
        ([element(component("TIME", "3"))], 1),
        ([element(component(price="0"))], 1),
        ([element(component(), component("FLAT", "1"))], 1),
        ([element(component("FLAT", "1"), reservation='"RESERVATION"'), element(component())], 0),
        ([element(component(), reservation='"RESERVATION"')], 1),
    ],
)
def test_public_fast_charging_is_priced_by_energy_and_minutes_alone(elements: list[str], wrong: int) -> None:
    def found(watts: int | None, is_public: bool = True) -> int:
        around = Surroundings(max_power_w=watts, is_public=is_public)
        return codes(*elements, around=around).count(Code.ENERGY_MUST_BE_BASE)

    assert found(50_000) == wrong
    assert found(49_999) == found(None) == found(150_000, is_public=False) == 0


def test_every_language_of_the_site_wants_a_text() -> None:
    text = ',"tariff_alt_text":[{"language":"de","text":"45 Cent"}]'
    around = Surroundings(languages=frozenset({"de", "fr", "nl"}))
    found = findings(element(component()), more=text, around=around)
    assert [f.sentence for f in found] == [
        "has no text in 'fr', a language of the site",
        "has no text in 'nl', a language of the site",
    ]
    assert len(findings(element(component()), around=around)) == 3


def test_a_field_that_is_not_ocpi_is_named() -> None:
    found = only(findings(element(component(price_round='"UP"'))))
    assert (found.code, found.place) == (Code.IGNORED_FIELD, "elements[0].price_components[0].price_round")


def test_errors_come_first() -> None:
    found = findings(element(component(vat="")), element(component(vat="")))
    assert [f.level for f in found] == [Level.ERROR, Level.WARNING, Level.WARNING]


def test_a_tariff_with_too_many_borders_says_that_it_was_not_compared() -> None:
    many = [
        element(
            component(), start_time=f'"{n // 60:02}:{n % 60:02}"', min_kwh=str(n + 1), min_duration=str(n + 1)
        )
        for n in range(60)
    ]
    assert codes(*many, element(component())) == [Code.NOT_COMPARED]
