"""Prices by the wall clock: windows, midnights, weekdays, and the two nights a year that are not 24 hours long."""

import pytest

from billing.pricing.breakdown import totals

from .usages import component, element, lines, net, rated_session, session, tariff

CHEAP, DEAR, FREE = component("ENERGY", "1"), component("ENERGY", "10"), component("ENERGY", "0")
BERLIN = "Europe/Berlin"


def window(start: str | None, end: str | None) -> dict[str, object]:
    """1 within the window, nothing outside."""
    given = {"start_time": start, "end_time": end}
    return tariff(element(CHEAP, **{name: time for name, time in given.items() if time}))


def kwh_in(prices: dict[str, object], start: str, end: str, zone: str = "UTC", wh: int = 0) -> str:
    """What is billed of a session of constant power, 1 kWh an hour unless told."""
    hours = (int(end[8:10]) - int(start[8:10])) * 24 + int(end[11:13]) - int(start[11:13])
    return net(rated_session(prices, session(start, end, {start: 0, end: wh or hours * 1000}), zone))


DAY = ("2026-01-14T00:00:00Z", "2026-01-15T00:00:00Z")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("08:00", "20:00", "12"),
        ("08:00", None, "16"),
        (None, "08:00", "8"),
        ("18:00", "00:00", "6"),
        ("00:00", "00:00", "24"),
        ("00:00", "01:00", "1"),
        (None, "00:00", "24"),
        ("22:00", "06:00", "8"),
        ("08:00", "08:00", "24"),
        ("06:00", "22:00", "16"),
    ],
)
def test_a_window_covers_its_hours_of_a_day(start: str | None, end: str | None, hours: str) -> None:
    assert kwh_in(window(start, end), *DAY) == hours


def test_a_window_begins_at_its_minute_and_ends_before_its_end() -> None:
    prices = tariff(
        element(CHEAP, start_time="10:00", end_time="11:00"),
        element(DEAR, start_time="11:00", end_time="12:00"),
    )
    rating = rated_session(prices, session(*DAY, {DAY[0]: 0, DAY[1]: 24_000}))
    assert net(rating) == "11"
    cuts = [line["from"][11:16] for line in lines(rating, "period")]
    assert cuts == ["00:00", "10:00", "11:00", "12:00"]


def test_the_autumn_night_is_an_hour_longer() -> None:
    """22:00 to 06:00 local of 24 to 25 October is nine hours."""
    assert kwh_in(window("22:00", "06:00"), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", BERLIN) == "9"


def test_the_spring_night_is_an_hour_shorter() -> None:
    assert kwh_in(window("22:00", "06:00"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", BERLIN) == "7"


def test_a_window_inside_the_repeated_hour_applies_twice() -> None:
    """02:15 to 02:45 is met at 00:15 UTC in summer time and at 01:15 UTC in winter time."""
    said = session(
        "2026-10-24T22:00:00Z",
        "2026-10-25T04:00:00Z",
        {"2026-10-24T22:00:00Z": 0, "2026-10-25T04:00:00Z": 6000},
    )
    rating = rated_session(window("02:15", "02:45"), said, BERLIN)
    assert net(rating) == "1"
    paid = [line["from"] for line in lines(rating, "period") if line["charges"]]
    assert paid == ["2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z"]


def test_a_window_inside_the_missing_hour_never_applies() -> None:
    assert kwh_in(window("02:15", "02:45"), "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z", BERLIN) == "0"


def test_a_window_that_begins_in_the_missing_hour_applies_from_where_the_clock_goes_on() -> None:
    """02:30 to 04:00 local: the clock jumps from 02:00 to 03:00, so one hour is left."""
    assert kwh_in(window("02:30", "04:00"), "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z", BERLIN) == "1"


def test_an_offset_that_is_no_whole_hour_moves_the_window() -> None:
    """09:00 in Kolkata is 03:30 UTC."""
    said = session(
        "2026-01-14T03:00:00Z",
        "2026-01-14T04:00:00Z",
        {"2026-01-14T03:00:00Z": 0, "2026-01-14T04:00:00Z": 1000},
    )
    assert net(rated_session(window("09:00", "10:00"), said, "Asia/Kolkata")) == "0.5"


def test_half_an_hour_of_daylight_saving_is_met() -> None:
    """Lord Howe goes back half an hour at 02:00 local: 01:30 to 02:00 comes twice."""
    assert (
        kwh_in(
            window("01:30", "02:00"), "2026-04-04T13:00:00Z", "2026-04-04T18:00:00Z", "Australia/Lord_Howe"
        )
        == "1"
    )


def test_a_jump_cuts_only_where_the_wall_clock_matters() -> None:
    night = session(
        "2026-10-24T22:00:00Z",
        "2026-10-25T04:00:00Z",
        {"2026-10-24T22:00:00Z": 0, "2026-10-25T04:00:00Z": 6000},
    )
    assert len(lines(rated_session(tariff(element(CHEAP)), night, BERLIN), "period")) == 1
    dated = tariff(element(CHEAP, start_date="2026-01-01"))
    assert [line["from"] for line in lines(rated_session(dated, night, BERLIN), "period")] == [
        "2026-10-24T22:00:00Z",
        "2026-10-25T01:00:00Z",
    ]


def test_a_weekday_begins_at_local_midnight() -> None:
    """From Friday 23:00 to Saturday 02:00 in Berlin."""
    prices = tariff(element(DEAR, day_of_week=["SATURDAY"]), element(CHEAP, day_of_week=["FRIDAY"]))
    assert kwh_in(prices, "2026-01-16T22:00:00Z", "2026-01-17T01:00:00Z", BERLIN) == "21"


@pytest.mark.parametrize(
    ("day", "date"),
    [
        ("MONDAY", "12"),
        ("TUESDAY", "13"),
        ("WEDNESDAY", "14"),
        ("THURSDAY", "15"),
        ("FRIDAY", "16"),
        ("SATURDAY", "17"),
        ("SUNDAY", "18"),
    ],
)
def test_each_weekday_is_known(day: str, date: str) -> None:
    prices = tariff(element(CHEAP, day_of_week=[day]))
    rating = rated_session(
        prices,
        session(
            "2026-01-12T00:00:00Z",
            "2026-01-19T00:00:00Z",
            {"2026-01-12T00:00:00Z": 0, "2026-01-19T00:00:00Z": 168_000},
        ),
    )
    paid = [line["from"] for line in lines(rating, "period") if line["charges"]]
    assert paid == [f"2026-01-{date}T00:00:00Z"]
    assert net(rating) == "24"


def test_an_empty_list_of_weekdays_restricts_nothing() -> None:
    assert kwh_in(tariff(element(CHEAP, day_of_week=[])), *DAY) == "24"


def test_dates_are_local_the_first_counts_and_the_last_does_not() -> None:
    prices = tariff(element(CHEAP, start_date="2026-01-14", end_date="2026-01-15"))
    rating = rated_session(
        prices,
        session(
            "2026-01-13T12:00:00Z",
            "2026-01-15T12:00:00Z",
            {"2026-01-13T12:00:00Z": 0, "2026-01-15T12:00:00Z": 48_000},
        ),
        BERLIN,
    )
    paid = [(line["from"], line["to"]) for line in lines(rating, "period") if line["charges"]]
    assert paid == [("2026-01-13T23:00:00Z", "2026-01-14T23:00:00Z")]


def test_where_no_zone_is_given_the_clock_is_utc_with_a_note() -> None:
    rating = rated_session(window("10:00", "11:00"), session(*DAY, {DAY[0]: 0, DAY[1]: 24_000}), None)
    assert net(rating) == "1"
    assert lines(rating, "note")[0]["code"] == "time_zone_unknown"


def test_a_session_that_begins_or_ends_on_a_border_is_not_cut_there() -> None:
    said = session(
        "2026-01-14T10:00:00Z",
        "2026-01-14T11:00:00Z",
        {"2026-01-14T10:00:00Z": 0, "2026-01-14T11:00:00Z": 1000},
    )
    rating = rated_session(window("10:00", "11:00"), said)
    assert (len(lines(rating, "period")), net(rating)) == (1, "1")
    assert totals(rating)["total_time"] == "1"
