"""A draft run on earlier sessions: the same facts, the same engine, another price."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from billing.models import Rating, TariffVersion
from billing.services.ratings.outcome import session_rate
from billing.services.tariffs import past as tariff_past
from billing.services.tariffs.past import PastRun, of_tariff, past_run
from billing.services.tariffs.versions import draft_save, family_create
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api, refused
from tests.billing.ratings.story import ENERGY, Story, at
from tests.worlds import World

FLAT = '{"currency":"EUR","elements":[{"price_components":[{"type":"FLAT","price":5,"vat":19}]}]}'


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    """Three sessions of 5, 10 and 20 kWh at 0.50 EUR without tax; half a day after the first."""
    with time_machine.travel(at(-1440), tick=False):
        told = Story(World("ALPHA"))
        _ = (told.station, told.world.tag)
        told.tariff(name="Then")
    with time_machine.travel(at(12 * 60), tick=False):
        told.payer()
        for number, energy_wh in enumerate((5_000, 10_000, 20_000)):
            begin = 120 * number
            told.begin(begin)
            session_rate(told.end(begin + 60, energy_wh))
            told.register_wh += energy_wh
        yield told


def draft(story: Story, body: str, name: str = "Draft") -> TariffVersion:
    return draft_save(family_create(story.world.organisation, name, SYSTEM), body, SYSTEM)


def run(story: Story, body: str) -> PastRun:
    return past_run(Rating.objects.all(), draft(story, body), at(0), at(600))


def test_the_same_price_changes_nothing(story: Story) -> None:
    same = run(story, ENERGY % "0.5")
    assert (same.found, same.unchanged, same.winners, same.losers) == (3, 3, 0, 0)
    assert (same.net_then, same.net_now) == (1750, 1750)


def test_winners_and_losers_are_told_with_income_then_and_now(story: Story) -> None:
    """5 EUR a session instead of 2.50, 5.00 and 10.00, each plus 19 %."""
    flat = run(story, FLAT)
    assert (flat.winners, flat.losers, flat.unchanged) == (1, 1, 1)
    assert (flat.net_then, flat.net_now, flat.net_change) == (1750, 1500, -250)
    assert [(one.gross_then, one.gross_now, one.change) for one in flat.sessions] == [
        (1190, 595, -595), (298, 595, 297), (595, 595, 0),
    ]  # fmt: skip


def test_nothing_is_stored_and_no_stored_price_changes(story: Story) -> None:
    before = list(Rating.objects.order_by("pk").values())
    run(story, FLAT)
    assert list(Rating.objects.order_by("pk").values()) == before


def test_a_period_takes_its_start_and_leaves_its_end(story: Story) -> None:
    version = draft(story, FLAT)
    assert past_run(Rating.objects.all(), version, at(0), at(120)).found == 1
    assert past_run(Rating.objects.all(), version, at(1), at(240)).found == 1
    assert past_run(Rating.objects.all(), version, at(241), at(600)).found == 0


def test_another_currency_is_left_out_and_said_so(story: Story) -> None:
    foreign = run(story, FLAT.replace("EUR", "NOK"))
    assert (foreign.found, foreign.left_out, foreign.sessions) == (3, 3, ())


def test_only_sessions_of_a_tariff_are_looked_at_when_asked(story: Story) -> None:
    version = draft(story, FLAT)
    assert not of_tariff(Rating.objects.all(), [version]).exists()
    then = Rating.objects.first()
    assert then is not None
    assert then.version is not None
    assert of_tariff(Rating.objects.all(), then.version.family.versions.all()).count() == 3


def test_too_many_sessions_are_sampled_evenly_and_said_so(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tariff_past, "MOST_SESSIONS", 2)
    sample = run(story, FLAT)
    assert (sample.is_sample, sample.found, len(sample.sessions)) == (True, 3, 2)
    assert {one.gross_then for one in sample.sessions} == {298, 1190}


def test_the_page_shows_the_draft_on_the_past(story: Story) -> None:
    version = draft(story, FLAT)
    client = Client()
    client.force_login(story.world.owner)
    path = f"/money/tariffs/{version.family.public_id}/past/"
    shown = client.get(path).content.decode()
    assert "All 3 sessions" in shown
    assert "11.90" in shown
    assert (
        "No session to compare"
        in client.get(f"{path}?since=2020-01-01&until=2020-02-01&of=all").content.decode()
    )
    assert client.get(f"{path}?since=2020-02-01&until=2020-01-01&of=all").status_code == 422
    assert (
        "No session to compare"
        in client.get(f"{path}?since=2026-01-01&until=2027-01-01&of=tariff").content.decode()
    )


def test_the_api_runs_a_draft_on_the_past(story: Story) -> None:
    version = draft(story, FLAT)
    api = Api(story.world.key())
    body = {"since": at(0).isoformat(), "until": at(600).isoformat()}
    found = api.post(f"tariffs/{version.family.public_id}/past-run", body).json()
    assert (found["net_then_minor"], found["net_now_minor"], found["cheaper"], found["dearer"]) == (
        1750,
        1500,
        1,
        1,
    )
    assert found["sessions"][0]["change_minor"] == -595
    refused(
        api.post(f"tariffs/{version.family.public_id}/past-run", body | {"until": body["since"]}),
        422,
        "until",
    )
    empty = family_create(story.world.organisation, "Empty", SYSTEM)
    refused(api.post(f"tariffs/{empty.public_id}/past-run", body), 409)


def test_sessions_of_other_organisations_are_never_compared(story: Story) -> None:
    """Seen failing with `Rating.objects` in place of the selector."""
    beta = World("BETA")
    theirs = draft_save(family_create(beta.organisation, "Theirs", SYSTEM), FLAT, SYSTEM)
    body = {"since": at(0).isoformat(), "until": at(600).isoformat()}
    assert Api(beta.key()).post(f"tariffs/{theirs.family.public_id}/past-run", body).json()["found"] == 0
    refused(Api(story.world.key()).post(f"tariffs/{theirs.family.public_id}/past-run", body), 404)
