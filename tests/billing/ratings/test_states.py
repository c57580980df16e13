"""What the place was doing: from the session's own messages or its connector, and the meter has the last word."""

import json
from datetime import timedelta
from typing import Any

from billing.models import Rating
from billing.services.ratings.evidence import evidence
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.pricing import measured
from billing.services.tariffs.canonical import canonical
from chargers.choices import TransactionEventKind
from chargers.domain import Place, Token, TransactionReported
from chargers.models import MeterValue
from chargers.services.transactions.messages import transaction_report

from .story import Story, at

# A minute of charging costs 0.10, a minute of standing idle 1.00.
TIMES = (
    '{"currency":"EUR","elements":[{"price_components":'
    '[{"type":"TIME","price":6},{"type":"PARKING_TIME","price":60}]}]}'
)


def cost(story: Story) -> int | None:
    rating = session_rate(story.fresh())
    assert rating is not None
    assert rating.state == "final"
    return rating.gross_minor


def drawn(story: Story, until: float = 30, end: float = 60) -> None:
    """10 kWh until a minute, nothing after it."""
    for minutes in (10, 20, 30):
        story.read(minutes, min(10_000, int(10_000 * minutes / until)))
    story.end(end, 10_000)


def test_a_car_that_asks_for_nothing_stands_idle(story: Story) -> None:
    story.tariff(TIMES)
    story.status(-1, "Preparing")
    story.begin()
    story.status(0, "Charging")
    story.status(30, "SuspendedEV")
    drawn(story)
    assert cost(story) == 300 + 3000


def test_a_pause_by_the_station_and_a_fault_cost_no_time(story: Story) -> None:
    story.tariff(TIMES)
    story.begin()
    story.status(0, "Charging")
    story.status(30, "SuspendedEVSE")
    story.status(45, "Faulted")
    drawn(story)
    assert cost(story) == 300


def test_a_finished_car_that_stays_stands_idle(story: Story) -> None:
    story.tariff(TIMES)
    story.begin()
    story.status(0, "Charging")
    story.status(40, "Finishing")
    drawn(story)
    assert cost(story) == 400 + 2000


def test_where_energy_flows_the_vehicle_charges_whatever_the_status_says(story: Story) -> None:
    """Seen failing without `_corrections`."""
    story.tariff(TIMES)
    story.begin()
    story.status(0, "SuspendedEV")
    drawn(story)
    assert cost(story) == 300 + 3000


def test_what_the_last_session_left_behind_is_no_state_of_this_one(story: Story) -> None:
    story.tariff(TIMES)
    story.status(-5, "Finishing")
    story.begin()
    story.status(10, "Charging")
    story.read(5, 0)
    story.read(10, 0)
    story.end(20, 0)
    assert cost(story) == 100


def test_other_connectors_say_nothing_of_this_one(story: Story) -> None:
    story.tariff(TIMES)
    story.begin()
    story.status(0, "Charging")
    story.status(30, "SuspendedEV", connector=2)
    drawn(story)
    assert cost(story) == 600


def update(story: Story, seq_no: int, minutes: float, state: str, kind: str = "Updated", **more: Any) -> None:
    report = TransactionReported(
        kind=TransactionEventKind(kind), reference="two", at=at(minutes), message_id=f"u{seq_no}", place=Place(1, 1),
        token=Token(story.world.tag.uid), seq_no=seq_no, charging_state=state, **more,
    )  # fmt: skip
    story.session = transaction_report(story.source(minutes), report).transaction


def test_in_2x_the_messages_of_the_session_tell(story: Story) -> None:
    """Plugged in, charging, paused by the car, then connected and done: idle from the pause on."""
    story.tariff(TIMES)
    update(story, 0, 0, "EVConnected", "Started", meter_wh=story.register_wh)
    update(story, 1, 10, "Charging")
    update(story, 2, 30, "SuspendedEV")
    update(story, 3, 50, "EVConnected")
    update(story, 4, 60, "Idle", "Ended", meter_wh=story.register_wh)
    assert cost(story) == 200 + 3000


def test_a_person_who_set_the_energy_aside_is_heard(story: Story) -> None:
    story.tariff()
    session = story.charged()
    session.flags["energy_set_aside"] = {"count": 1, "detail": ""}
    session.save()
    rating = session_rate(session)
    assert rating is not None
    assert (rating.state, rating.energy_wh, rating.gross_minor) == ("final", 0, 0)


def test_signed_blobs_are_no_readings(story: Story) -> None:
    story.tariff()
    story.begin()
    story.read(30, 5_000)
    value = MeterValue.objects.get(transaction=story.session)
    value.samples.append(
        {"measurand": "Energy.Active.Import.Register", "format": "SignedData", "value": "OCMF|{}"}
    )
    value.save()
    rating = session_rate(story.end(60, 10_000))
    assert rating is not None
    assert (rating.flags, rating.gross_minor) == ([], 595)


def test_power_counts_only_where_nobody_measured_energy(story: Story) -> None:
    story.tariff()
    story.begin(meter_wh=None)
    for minutes in (0, 30, 60):
        MeterValue.objects.create(
            station=story.station, transaction=story.session, evse_no=1, taken_at=at(minutes), received_at=at(minutes),
            power_w=10_000, digest=minutes,
            samples=[{"measurand": "Power.Active.Import", "unit": "W", "value": 10_000}],
        )  # fmt: skip
    rating = session_rate(story.end(60, None))
    assert rating is not None
    assert (rating.state, rating.energy_wh, rating.gross_minor) == ("held", 10_000, 595)
    assert "estimated" in rating.flags


def test_the_connectors_power_is_the_most_that_is_billed(story: Story) -> None:
    story.tariff()
    story.begin()
    rating = session_rate(story.end(6, 2_390))
    assert rating is not None
    assert (rating.energy_wh, rating.flags) == (22_000 * 360 * 105 // 360_000, ["above_maximum"])


def test_a_stop_that_cannot_be_is_not_billed(story: Story) -> None:
    story.tariff()
    story.begin()
    story.read(3, 1_000)
    rating = session_rate(story.end(6, 500_000))
    assert rating is not None
    assert (rating.energy_wh, rating.flags) == (1_000, ["implausible_jump", "missing_stop"])


def test_the_document_says_the_same_whenever_it_is_gathered(story: Story) -> None:
    story.tariff()
    session = story.charged()
    assert canonical(evidence(session)) == canonical(evidence(story.fresh()))
    usage = measured(canonical(evidence(session)))
    assert (usage.energy_wh, usage.ended_at - session.started_at) == (10_000, timedelta(hours=1))


def test_stations_without_a_site_use_the_zone_of_their_organisation(story: Story) -> None:
    story.tariff()
    story.begin()
    story.station.site = None
    story.station.save()
    session_rate(story.end(60, 10_000))
    rating = Rating.objects.get(transaction=story.session)
    assert json.loads(rating.facts)["zone"] == story.world.organisation.time_zone
