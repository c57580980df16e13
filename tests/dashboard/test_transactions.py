"""Transactions: figures, curve, timeline, live numbers."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from chargers.models import MessageExchange, MeterValue, Transaction
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.dashboard import charts
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import need_set
from tests.worlds import World


def page(client: Client, transaction: Transaction) -> str:
    response = client.get(f"/transactions/{transaction.public_id}/")
    assert response.status_code == 200
    return response.content.decode()


def read(transaction: Transaction, number: int, **columns: object) -> None:
    """So many readings, a second apart."""
    start = transaction.started_at + timedelta(minutes=2)
    MeterValue.objects.bulk_create(
        MeterValue(
            station_id=transaction.station_id,
            transaction=transaction,
            evse_no=1,
            taken_at=start + timedelta(seconds=n),
            received_at=start,
            digest=n + 100,
            **{name: values(n) for name, values in columns.items()},  # type: ignore[operator]
        )
        for n in range(number)
    )


def figures(text: str, name: str) -> dict[str, object]:
    """What the page hands to one chart."""
    start = text.index(f'<script id="chart-{name}" type="application/json">')
    return json.loads(text[text.index(">", start) + 1 : text.index("</script>", start)])


def test_a_running_transaction_shows_energy_above_its_start(owner: Client, world: World) -> None:
    read(world.transaction, 3, energy_wh=lambda n: 13_345 + n, power_w=lambda n: 10_800.0)
    text = page(owner, world.transaction)
    assert "12.35" in text
    assert "10.8" in text
    assert "Stop charging" in text


def test_an_ended_one_shows_its_final_energy_and_no_stop_button(owner: Client, world: World) -> None:
    text = page(owner, world.ended(world.transaction, 32_200))
    assert "31.20" in text
    assert 'data-dialog="stop-dialog"' not in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2026-11-21 08:02:00+00:00", "Clock error: started at 2026-11-21 09:02:00 CET"),
        ("0001-01-01 00:00:00+00:00", "Clock error: started at 0001-01-01 00:"),
        ("2026-99-99 08:02:00+00:00", "Clock error: started at 2026-99-99 08:02:00+00:00"),
    ],
)
def test_a_flag_tells_times_as_the_page_does(owner: Client, world: World, said: str, shown: str) -> None:
    """Seen failing with the time in UTC on a page of Berlin's."""
    Organisation.objects.filter(pk=world.organisation.pk).update(time_zone="Europe/Berlin")
    flags = {"clock_error": {"count": 1, "detail": f"started at {said}"}}
    Transaction.objects.filter(pk=world.transaction.pk).update(flags=flags)
    assert shown in page(owner, world.transaction).replace("&#x2B;", "+")


def test_the_charts_get_power_energy_and_charge_in_readable_units(owner: Client, world: World) -> None:
    read(
        world.transaction, 4, power_w=lambda n: 7000.0, energy_wh=lambda n: 1500, soc_percent=lambda n: 40 + n
    )
    text = page(owner, world.transaction)
    assert figures(text, "power")["series"][0]["values"][-1] == 7.0  # type: ignore[index]
    assert figures(text, "energy")["series"][0]["values"][-1] == 0.5  # type: ignore[index]
    assert figures(text, "soc")["series"][0]["values"][-1] == 43  # type: ignore[index]


def test_a_measurand_that_was_never_sent_has_no_chart(owner: Client, world: World) -> None:
    read(world.transaction, 4, power_w=lambda n: 7000.0)
    text = page(owner, world.transaction)
    assert "chart-power" in text
    assert "chart-soc" not in text


def test_a_long_transaction_is_thinned_and_keeps_its_last_reading(owner: Client, world: World) -> None:
    read(world.transaction, 3 * charts.MOST_POINTS, power_w=float)
    values = figures(page(owner, world.transaction), "power")["series"][0]["values"]  # type: ignore[index]
    assert len(values) <= charts.MOST_POINTS + 1
    assert values[-1] == (3 * charts.MOST_POINTS - 1) / 1000


def test_the_timeline_tells_start_and_end_with_their_meters(owner: Client, world: World) -> None:
    _, told = page(owner, world.ended(world.transaction, 32_200)).split('class="timeline explain"')
    assert told.index("charging began") < told.index("reported the end") < told.index("32,200 Wh")


def test_entries_are_filtered_by_kind(owner: Client, world: World) -> None:
    row = world.ended(world.transaction, 32_200)
    text = owner.get(f"/transactions/{row.public_id}/?kind=decision").content.decode()
    assert "was accepted" in text
    assert "charging began" not in text
    assert "31.20 kWh = 32,200 - 1,000 Wh" in text


def test_the_timeline_carries_the_raw_message(owner: Client, world: World) -> None:
    event = world.transaction.events.get()
    MessageExchange.objects.create(
        station=world.station,
        epoch=1,
        received_at=event.received_at,
        direction="in",
        action="StartTransaction",
        message_id="m1",
        request='{"meterStart": 1000, "note": "</script><script>alert(1)"}',
        outcome="result",
    )
    text = page(owner, world.transaction)
    assert "StartTransaction, raw" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("flag", ["clock_error", "<b>odd</b>"])
def test_what_is_odd_is_said(owner: Client, world: World, flag: str) -> None:
    Transaction.objects.filter(pk=world.transaction.pk).update(
        flags={flag: {"count": 2, "detail": "<i>late</i>"}}
    )
    text = page(owner, world.transaction)
    assert "(2 times)" in text
    assert "<b>odd" not in text
    assert "<i>late" not in text


def test_a_silent_charging_transaction_needs_somebody(owner: Client, world: World) -> None:
    MeterValue.objects.all().delete()
    old = clock.now() - timedelta(hours=2)
    Transaction.objects.update(state="charging", started_at=old)
    assert "no meter value for 30 minutes" in owner.get("/").content.decode()


def test_what_is_left_of_what_was_asked_for_stands_beside_the_battery(owner: Client, world: World) -> None:
    read(world.transaction, 1, energy_wh=lambda n: 13_500, soc_percent=lambda n: 61.7)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=40_000)
    text = " ".join(page(owner, world.transaction).split())
    for said in (">Left<", ">27.50 ", 'of <span class="nowrap">40.00 ', ">62 "):
        assert said in text
    assert ">Left<" not in page(owner, world.ended(world.transaction, 32_200))
