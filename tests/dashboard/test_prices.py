"""The price of a session on its page, and the prices that wait for a person."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from billing.models import Rating
from billing.services.ratings.follow import sessions_sweep
from billing.services.ratings.late import session_review
from billing.services.ratings.running import estimates_refresh
from chargers.services.transactions.end import infer
from cpms.accounts.roles import Role
from cpms.accounts.viewer import viewer_of_user
from cpms.dashboard import fragments
from tests.billing.ratings.story import Story, at
from tests.worlds import World

from .conftest import SignIn, client_of


@pytest.fixture
def story(world: World) -> Iterator[Story]:
    with time_machine.travel(at(12 * 60), tick=False):
        yield Story(world)


@pytest.fixture
def boss(story: Story) -> Client:
    return client_of(story.world.owner)


def page(client: Client, story: Story) -> str:
    response = client.get(f"/transactions/{story.session.public_id}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def held(story: Story) -> Rating:
    story.tariff()
    story.payer()
    story.begin()
    story.read(30, 5_000)
    story.end(60, 4_000)
    sessions_sweep()
    return Rating.objects.get(transaction=story.session)


def proposed(story: Story) -> Rating:
    story.tariff()
    story.payer()
    story.begin()
    story.read(30, 5_000)
    infer(story.source(300), story.session, at(300), "no stop came")
    sessions_sweep()
    story.session = story.fresh()
    story.end(60, 10_000, received=400)
    found = session_review(story.fresh())
    assert found is not None
    return found


def test_a_final_price_is_explained_line_by_line(story: Story, boss: Client) -> None:
    story.tariff()
    story.payer()
    story.charged()
    sessions_sweep()
    text = page(boss, story)
    for said in (
        "5.95", "10 kWh at 0.50 EUR per kWh", "19 % on 5.00 EUR", "Charged to postpaid account",
        "Public, version 1: assigned for everybody, everywhere", "only price for this",
    ):  # fmt: skip
        assert said in text


def test_a_running_session_shows_its_cost_so_far_and_keeps_it_live(story: Story, boss: Client) -> None:
    story.tariff()
    story.begin()
    assert "The cost so far appears with the first meter value" in page(boss, story)
    story.read(30, 5_000)
    estimates_refresh()
    key = f"price:{story.session.public_id}"
    assert f'data-live="{key}"' in page(boss, story)
    viewer = viewer_of_user(story.world.owner)
    assert [watch.key for watch in fragments.resolve(viewer, [key])] == [key]
    assert "2.98" in fragments.render(viewer, [key])[key]
    story.end(60, 10_000)
    sessions_sweep()
    assert "data-live" not in fragments.render(viewer, [key])[key]


def test_without_a_tariff_the_page_says_so(story: Story, boss: Client) -> None:
    story.charged()
    sessions_sweep()
    text = page(boss, story)
    assert "No tariff applied, so there is nothing to charge." in text
    assert "No tariff was in force" in text


def test_who_may_not_see_money_sees_none(story: Story, signed_in: SignIn) -> None:
    held(story)
    operator = signed_in(Role.OPERATOR)
    text = page(operator, story)
    assert "price-title" not in text
    assert "EUR" not in text
    assert operator.get("/money/prices/").status_code == 403
    assert "Money" not in text


def test_what_waits_is_listed_and_counted(story: Story, boss: Client) -> None:
    held(story)
    text = " ".join(boss.get("/money/prices/").content.decode().split())
    assert f"/transactions/{story.session.public_id}/#price" in text
    assert "Held" in text
    empty = boss.get("/money/prices/?state=final").content.decode()
    assert "No price matches" in empty


def test_nothing_waiting_is_explained(story: Story, boss: Client) -> None:
    assert "Nothing waits for a decision" in boss.get("/money/prices/").content.decode()


def test_a_held_price_is_released_on_its_page(story: Story, boss: Client) -> None:
    waiting = held(story)
    text = page(boss, story)
    assert "The meter readings leave the energy in doubt" in text
    assert "Make it final" in text
    url = f"/money/prices/{waiting.public_id}/release/"
    boss.post(url, {"reason": ""})
    waiting.refresh_from_db()
    assert waiting.state == "held"
    assert boss.post(url, {"reason": "meter was swapped"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("final", "meter was swapped")
    assert "Price made final" in page(boss, story)


def test_a_correction_is_accepted_on_the_page(story: Story, boss: Client) -> None:
    found = proposed(story)
    assert "instead of" in page(boss, story)
    boss.post(f"/money/prices/{found.public_id}/accept/", {"reason": "the stop was queued"})
    assert story.ratings() == [("superseded", 298), ("final", 595)]


def test_a_correction_is_rejected_on_the_page(story: Story, boss: Client) -> None:
    found = proposed(story)
    boss.post(f"/money/prices/{found.public_id}/reject/", {"reason": "goodwill"})
    assert story.ratings() == [("final", 298), ("rejected", 595)]


def test_a_decision_that_came_too_late_is_told(story: Story, boss: Client) -> None:
    waiting = held(story)
    for reason in ("first", "second"):
        answer = boss.post(f"/money/prices/{waiting.public_id}/release/", {"reason": reason}, follow=True)
    assert "Nothing was changed: the price is final." in answer.content.decode()
