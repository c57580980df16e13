"""The recorded month, laid over another time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from chargers.simulator.demo.cast import cards, holders, parts
from chargers.simulator.driver import Mix
from chargers.simulator.visits import Visit, busiest_moment, laid_over, recorded

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def visits() -> list[Visit]:
    return recorded()


@pytest.fixture(scope="module")
def laid(visits: list[Visit]) -> list[Visit]:
    return laid_over(visits, NOW, NOW - timedelta(days=90), NOW + timedelta(days=1))


def test_the_record_is_the_published_one(visits: list[Visit]) -> None:
    assert len(visits) == 954
    assert sum(visit.energy_wh for visit in visits) == pytest.approx(8_900_500, abs=100)
    assert len({visit.station for visit in visits}) == 47


def test_every_car_gets_its_energy_before_it_leaves(visits: list[Visit]) -> None:
    for visit in visits:
        car = visit.car(Random(1))
        assert visit.charged_at <= visit.plug_out
        assert car.power_w(22_000) == pytest.approx(visit.power_w, rel=0.02)
        assert car.room_wh == visit.energy_wh


def test_now_is_a_busy_hour(laid: list[Visit]) -> None:
    charging = [visit for visit in laid if visit.plug_in <= NOW < visit.charged_at]
    assert len(charging) >= 12


def test_no_station_is_taken_twice(laid: list[Visit]) -> None:
    free_from: dict[str, datetime] = {}
    for visit in laid:
        assert visit.plug_in >= free_from.get(visit.station, visit.plug_in)
        free_from[visit.station] = visit.plug_out


def test_ninety_days_are_filled_in_order(laid: list[Visit]) -> None:
    starts = [visit.plug_in for visit in laid]
    assert starts == sorted(starts)
    assert NOW - timedelta(days=90) <= starts[0] < NOW - timedelta(days=87)
    assert NOW < starts[-1] <= NOW + timedelta(days=1)
    weeks = {(NOW - start).days // 7 for start in starts}
    assert weeks >= set(range(12))


def test_the_busiest_moment_is_one_of_most_cars_charging() -> None:
    def visit(start: int, hours: int) -> Visit:
        plug_in = NOW + timedelta(hours=start)
        return Visit(f"S{start}", plug_in, plug_in + timedelta(hours=hours), 6_600 * hours, "AB")

    moment = busiest_moment([visit(0, 4), visit(1, 2), visit(2, 4), visit(9, 1)])
    assert moment == NOW + timedelta(hours=2)


def test_nobody_charges_at_two_stations_with_one_card(laid: list[Visit]) -> None:
    busy_until: dict[str, datetime] = {}
    for visit, uid in zip(laid, holders(laid), strict=True):
        assert busy_until.get(uid, visit.plug_in) <= visit.plug_in
        busy_until[uid] = visit.plug_out


def test_the_cast_is_the_same_every_time(visits: list[Visit]) -> None:
    first, second = parts(visits), parts(visits)
    assert first == second
    assert len({part.identity for part in first}) == len(first) == 28
    assert {part.version for part in first} == {"1.6", "2.0.1"}
    assert cards() == cards()


def test_a_damaged_record_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    path.write_text(
        "station,line_pair,plug_in_utc,plug_out_utc,energy_kwh\nCA-1,AB,never,2026-01-01T00:00:00Z,1\n"
    )
    with pytest.raises(ValueError, match=r"sessions\.csv, line 2"):
        recorded(path)


def test_a_mix_is_read_from_its_text() -> None:
    assert Mix.parse("offline=0.1,clocks=1") == Mix(offline=0.1, clocks=1)
    assert Mix.parse("none") == Mix()


@pytest.mark.parametrize("text", ["offline", "offline=2", "offline=x", "typo=0.1", ""])
def test_a_bad_mix_names_its_part(text: str) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        Mix.parse(text)
