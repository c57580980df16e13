"""Reminders on pages, in the API and on the customer's phone."""

import pytest
from django.test import Client

from billing.choices import AccountRole, DunningState
from billing.models import DunningProfile
from billing.selectors.dunning import dunning_cases_for, dunning_rules_for, dunning_steps_for
from billing.services.accounts.parties import member_set
from cpms.accounts.models import User
from cpms.accounts.roles import PERMISSIONS
from cpms.accounts.viewer import Viewer
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api
from tests.worlds import PASSWORD, World

from .debts import Debts


def signed_in(user: User, **headers: str) -> Client:
    """Anew: weeks pass between two looks."""
    client = Client(headers=headers)
    client.force_login(user)
    return client


def test_a_case_is_held_let_go_and_hurried_by_the_api(debts: Debts) -> None:
    debts.after(8)
    api, case = Api(debts.office.story.world.key()), debts.case.public_id
    (told,) = api.get("dunning-cases?open=true").json()["results"]
    assert (told["level"], told["code"], told["now"]) == (
        "reminder", "2026-000001",
        {
            "open_minor": 595, "days_overdue": 8, "next_level": "second", "next_on": "2026-04-07",
            "next_fee_minor": 500,
        },
    )  # fmt: skip
    assert api.post(f"dunning-cases/{case}/hold", {"because": ""}).status_code == 422
    held = api.post(f"dunning-cases/{case}/hold", {"because": "wrong meter", "is_disputed": True}).json()
    assert (held["state"], held["because"], held["now"]["next_level"]) == ("disputed", "wrong meter", None)
    assert api.post(f"dunning-cases/{case}/advance", {"level": "second"}).status_code == 422
    assert api.post(f"dunning-cases/{case}/resume").json()["state"] == "running"
    for _ in range(2):
        assert api.post(f"dunning-cases/{case}/advance", {"level": "second"}).json()["level"] == "second"
    steps = api.get(f"dunning-cases/{case}/steps").json()["results"]
    assert [(step["level"], step["fee_minor"]) for step in steps] == [("second", 500), ("reminder", 0)]
    assert api.post(f"dunning-cases/{case}/advance", {"level": "hand_over"}).status_code == 422


def test_a_person_may_begin_on_the_day_it_is_due(debts: Debts) -> None:
    api, boss = Api(debts.office.story.world.key()), signed_in(debts.office.story.world.owner)
    body = {"invoice": debts.invoice.public_id}
    debts.time.shift(-86_400)
    answer = api.post("dunning-cases", body)
    assert (answer.status_code, "not due before" in answer.text) == (422, True)
    debts.time.shift(86_400)
    made = api.post("dunning-cases", body).json()
    assert (made["level"], made["now"]["next_level"]) == ("none", "reminder")
    answer = boss.post(f"/money/invoices/{debts.invoice.public_id}/remind/")
    assert answer["Location"] == f"/money/reminders/{made['id']}/"
    debts.pay()
    assert api.post("dunning-cases", body).status_code == 422


def test_rules_are_set_by_the_api_and_checked(debts: Debts) -> None:
    api = Api(debts.office.story.world.key())
    answer = api.post("dunning-rules", {"reminder_days": 30})
    assert (answer.status_code, "second_days" in answer.text) == (422, True)
    told = api.post("dunning-rules", {"second_fee_minor": 250, "block_days": None}).json()
    assert (told["second_fee_minor"], told["block_days"], told["is_active"]) == (250, None, True)
    assert api.get("dunning-rules").json()["results"] == [told]


def test_pages_tell_what_was_done_and_what_comes_next(debts: Debts) -> None:
    owner = debts.office.story.world.owner
    assert "Nobody is late" in signed_in(owner).get("/money/reminders/").content.decode()
    debts.after(8)
    debts.after(14)
    boss = signed_in(owner)
    page = boss.get("/money/reminders/").content.decode()
    assert "2026-000001" in page
    assert "22 days" in page
    here = f"/money/reminders/{debts.case.public_id}/"
    page = boss.get(here).content.decode()
    for text in ("Second reminder", "Cards blocked", "system", "5.00", "Sent"):
        assert text in page
    assert boss.post(f"{here}hold/", {"because": ""}).status_code == 422
    boss.post(f"{here}hold/", {"because": "pays on Friday"})
    assert "pays on Friday" in boss.get(here).content.decode()
    assert "Go on" in boss.get(here).content.decode()
    boss.post(f"{here}go-on/")
    boss.post(f"{here}advance/", {"level": "3"})
    boss.post(f"{here}advance/", {"level": "x"})
    assert (debts.case.state, debts.case.level) == (DunningState.RUNNING, 3)
    assert "refused at every charger" in boss.get(here).content.decode()


def test_rules_are_set_on_a_page_and_only_by_who_may(debts: Debts) -> None:
    boss = signed_in(debts.office.story.world.owner)
    typed = {"is_active": "on", "reminder_days": "5", "second_days": "10", "second_fee": "7.50"}
    assert boss.post("/money/reminders/rules/", {**typed, "second_days": "4"}).status_code == 422
    assert boss.post("/money/reminders/rules/", typed).status_code == 302
    rules = DunningProfile.objects.get(organisation=debts.account.organisation)
    assert (rules.second_fee_minor, rules.block_days, rules.reminder_days) == (750, None, 5)
    reader = signed_in(debts.office.story.world.person("operator"))
    assert reader.get("/money/reminders/").status_code == 403


def test_whose_bills_they_are_sees_what_is_due_and_how_to_pay(debts: Debts) -> None:
    owner = User.objects.create_user("kim@gruen.example", PASSWORD)
    assert "2026-000001" not in signed_in(owner).get("/my/bills/").content.decode()
    member_set(debts.account, owner, AccountRole.OWNER, SYSTEM)
    for days in (8, 14, 14):
        debts.after(days)
    phone = signed_in(owner, **{"Accept-Language": "de"})
    page = phone.get("/my/bills/").content.decode()
    for text in (
        "10,95 EUR",
        "DE89370400440532013000",
        "36 Tage zu spät",
        "Ihre Karten sind gesperrt",
        "2026-000002",
    ):
        assert text in page
    answer = phone.get(f"/my/bills/{debts.invoice.public_id}/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert phone.get(f"/my/bills/{debts.invoice.public_id}/exe").status_code == 404
    told = phone.get("/api/v1/my/bills").json()
    assert [(one["code"], one["open_minor"]) for one in told] == [("2026-000001", 595), ("2026-000002", 500)]
    debts.pay(1095)
    assert "Nichts ist offen" in phone.get("/my/bills/").content.decode()
    stranger = signed_in(User.objects.create_user("max@example.com", PASSWORD))
    assert stranger.get(f"/my/bills/{debts.invoice.public_id}/pdf").status_code == 404
    assert stranger.get("/api/v1/my/bills").json() == []


@pytest.mark.parametrize("selector", [dunning_rules_for, dunning_cases_for, dunning_steps_for])
def test_nobody_else_sees_them(debts: Debts, selector) -> None:  # type: ignore[no-untyped-def]
    debts.after(8)
    ours, theirs = debts.account.organisation_id, World("BETA").organisation.pk
    assert selector(Viewer(SYSTEM, {ours: frozenset({"billing.view"})})).count() == 1
    assert selector(Viewer(SYSTEM, {ours: frozenset(PERMISSIONS) - {"billing.view"}})).count() == 0
    assert selector(Viewer(SYSTEM, {theirs: frozenset(PERMISSIONS)})).count() == 0
