"""The pages of the reconciliation desk."""

import pytest
from django.test import Client

from chargers.choices import CaseState
from chargers.models import Case, Transaction
from cpms.accounts.roles import Role
from tests.chargers.reports import ago, another_station, report, started, stop
from tests.worlds import World

from .conftest import SignIn


def orphans(world: World, number: int = 1) -> list[Case]:
    Case.objects.all().delete()
    for n in range(number):
        report(world.station, stop(str(4711 + n), ago(minutes=1 + n), 8500))
    return list(Case.objects.filter(kind="orphan_stop").order_by("pk"))


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_desk_says_so(owner: Client) -> None:
    Case.objects.all().delete()
    text = text_of(owner, "/cases/")
    assert "Nothing waits for a decision" in text
    assert "nav-count" not in text


def test_open_cases_are_counted_in_the_navigation_and_told_with_their_proposal(
    owner: Client, world: World
) -> None:
    orphans(world)
    text = text_of(owner, "/cases/")
    assert '<span class="nav-count">1' in text
    assert "We never gave out that number" in text
    assert "Proposed:" in text


def test_a_decided_case_leaves_the_list_and_can_be_found_again(owner: Client, world: World) -> None:
    (case,) = orphans(world)
    owner.post(f"/cases/{case.public_id}/dismiss/", {"reason": "the installer tested"})
    assert "Nothing waits for a decision" in text_of(owner, "/cases/")
    assert "the installer tested" in text_of(owner, "/cases/?state=dismissed")
    assert "the installer tested" in text_of(owner, f"/cases/{case.public_id}/")


def test_the_chosen_fix_is_applied_and_shown_on_the_transaction(owner: Client, world: World) -> None:
    row = started(world)
    (case,) = orphans(world)
    place = [option.get("target") for option in case.options].index(row.public_id)
    answer = owner.post(f"/cases/{case.public_id}/accept/", {"option": place, "reason": "driver called"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.energy_wh == 7500
    text = text_of(owner, f"/transactions/{row.public_id}/")
    assert "corrected the transaction" in text
    assert "7,500 Wh" in text_of(owner, f"/cases/{case.public_id}/")


def test_many_are_dismissed_at_once_the_ticked_or_all_that_match(owner: Client, world: World) -> None:
    first, *others = orphans(world, 4)
    owner.post("/cases/dismiss/", {"case": [first.public_id], "reason": "test"})
    assert Case.objects.filter(state=CaseState.OPEN).count() == len(others)
    owner.post("/cases/dismiss/?kind=clock", {"all": "1", "reason": "test"})
    assert Case.objects.filter(state=CaseState.OPEN).count() == len(others)
    owner.post("/cases/dismiss/?kind=orphan_stop", {"all": "1", "reason": "test"})
    assert not Case.objects.filter(state=CaseState.OPEN).exists()


def test_nothing_is_dismissed_without_a_reason(owner: Client, world: World) -> None:
    (case,) = orphans(world)
    assert owner.post(f"/cases/{case.public_id}/dismiss/", {"reason": " "}).status_code == 422
    owner.post("/cases/dismiss/", {"all": "1", "reason": ""})
    assert Case.objects.get().is_open


def test_a_closed_case_is_not_decided_again(owner: Client, world: World) -> None:
    (case,) = orphans(world)
    owner.post(f"/cases/{case.public_id}/accept/", {"option": "0"})
    response = owner.post(f"/cases/{case.public_id}/dismiss/", {"reason": "late"}, follow=True)
    assert "the case is closed" in response.content.decode()
    assert Case.objects.get().state == CaseState.ACCEPTED


@pytest.mark.parametrize("option", ["99", "-1", "x", ""])
def test_a_fix_that_is_not_offered_changes_nothing_unseen(owner: Client, world: World, option: str) -> None:
    (case,) = orphans(world)
    response = owner.post(f"/cases/{case.public_id}/accept/", {"option": option}, follow=True)
    assert response.status_code == 200
    assert Transaction.objects.get(pk=case.transaction_id).energy_wh is None
    if option == "99":
        assert Case.objects.get().is_open


def test_a_viewer_reads_cases_and_decides_none(signed_in: SignIn, world: World) -> None:
    (case,) = orphans(world)
    client = signed_in(Role.VIEWER)
    text = text_of(client, f"/cases/{case.public_id}/")
    assert "Your role may look at cases" in text
    assert client.post(f"/cases/{case.public_id}/accept/", {"option": "0"}).status_code == 403
    assert client.post("/cases/dismiss/", {"all": "1", "reason": "x"}).status_code == 403
    assert Case.objects.get().is_open


def test_cases_of_another_station_are_filtered_out(owner: Client, world: World) -> None:
    orphans(world)
    other = another_station(world, "ELSEWHERE")
    report(other, stop("99", ago(minutes=3), 100))
    assert "ELSEWHERE" in text_of(owner, "/cases/?search=elsewhere")
    assert world.station.name not in text_of(owner, "/cases/?search=elsewhere").split('id="results"')[1]
