"""Site hosts on pages: agreements, statements with the reason of every cent, agreeing, paying."""

import pytest
import time_machine
from django.test import Client

from billing.models import Party, Settlement
from billing.services.settlements.agreeing import settlement_agree
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from tests.billing.books.conftest import shop
from tests.billing.books.shop import Shop
from tests.billing.settlements.lease import HOST, OCTOBER, SEPTEMBER, Lease, day, statement
from tests.worlds import World

from .conftest import client_of

__all__ = ["shop"]


@pytest.fixture
def lease(shop: Shop, world: World) -> Lease:
    shop.organisation = world.organisation
    return Lease(shop)


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_host_and_a_share_are_written_down(boss: Client, lease: Lease) -> None:
    assert "No agreements yet" in text(boss, "/money/hosts/")
    boss.post("/money/hosts/new/", HOST)
    host = Party.objects.get(kind="site_host")
    form = {
        "site": lease.site.public_id,
        "host": host.public_id,
        "currency": "EUR",
        "fees_borne_by": "operator",
    }
    form["valid_from"] = "2026-09-01"
    assert boss.post("/money/hosts/agreements/new/", form).status_code == 422
    boss.post("/money/hosts/agreements/new/", {**form, "percent": "12.5", "monthly_fee": "30.00"})
    page = text(boss, "/money/hosts/")
    for words in ("Market", "Marktplatz Immobilien KG", "12.5 % of the revenue", "30.00"):
        assert words in page


def test_a_statement_is_made_agreed_and_paid(boss: Client, lease: Lease) -> None:
    agreement = lease.agreement()
    lease.charged(day(10, 3), 1190)
    where = f"/money/hosts/agreements/{agreement.public_id}/"
    with time_machine.travel(day(11, 3), tick=False):
        assert "Statement of 2026-10" in text(boss, where)
        boss.post(f"{where}tell/")
        made = Settlement.objects.get(month=OCTOBER)
        page = f"/money/settlements/{made.public_id}/"
        shown = text(boss, page)
        for words in ("20 % of 10.00 EUR, the prices without tax", "2.38", "owed to the host", "19 % in DE"):
            assert words in shown
        boss.post(f"{page}agree/")
        assert "H2026-000001" in text(boss, page)
        assert boss.post(f"{page}pay/", {"on": "2026-12-24", "reference": "x"}).status_code == 422
        boss.post(f"{page}pay/", {"on": "2026-11-02", "reference": "bank 7"})
    assert "Paid" in text(boss, "/money/hosts/?state=paid")
    assert boss.get(f"{page}files/csv").content.startswith(b"session,")


def test_a_draft_is_discarded_and_an_agreement_ended(boss: Client, lease: Lease) -> None:
    agreement = lease.agreement()
    made = statement(agreement, SEPTEMBER)
    where = f"/money/hosts/agreements/{agreement.public_id}/"
    assert boss.post(f"{where}end/", {"valid_until": "2026-09-10"}).status_code == 422
    boss.post(f"/money/settlements/{made.public_id}/discard/")
    assert not Settlement.objects.exists()
    boss.post(f"{where}end/", {"valid_until": "2026-12-01"})
    assert "ends on 2026-12-01" in text(boss, where)


def test_what_is_missing_is_said_and_nothing_is_agreed(boss: Client, lease: Lease) -> None:
    made = statement(lease.agreement(), SEPTEMBER)
    lease.host.street = ""
    lease.host.save()
    answer = boss.post(f"/money/settlements/{made.public_id}/agree/", follow=True)
    assert "Missing: street of the host." in answer.content.decode()


def test_who_may_not_see_money_sees_no_host(world: World, lease: Lease) -> None:
    operator = client_of(world.person(Role.OPERATOR))
    made = statement(lease.agreement(), SEPTEMBER)
    for path in ("/money/hosts/", "/money/hosts/new/", f"/money/settlements/{made.public_id}/"):
        assert operator.get(path).status_code == 403
    assert operator.post(f"/money/settlements/{made.public_id}/agree/").status_code == 403


def test_a_host_is_changed_and_agreed_statements_keep_what_they_said(boss: Client, lease: Lease) -> None:
    lease.charged(day(9, 3), 1190)
    agreed = settlement_agree(statement(lease.agreement(), SEPTEMBER), SYSTEM)
    where = f"/money/hosts/{lease.host.public_id}/edit/"
    assert "48/123/45678" in text(boss, where)
    assert where in text(boss, "/money/hosts/")
    assert where in text(boss, f"/money/parties/{lease.host.public_id}/")
    told = {**HOST, "legal_name": "Markt 1 GmbH", "vat_id": "DE136695976", "iban": "DE89370400440532013000"}
    assert boss.post(where, {**told, "country": "Germany"}).status_code == 422
    assert boss.post(where, told)["Location"] == "/money/hosts/"
    host = Party.objects.get(pk=lease.host.pk)
    assert (host.legal_name, host.vat_id, host.iban) == (
        "Markt 1 GmbH",
        "DE136695976",
        "DE89370400440532013000",
    )
    page = text(boss, "/money/hosts/")
    for words in ("Markt 1 GmbH", "DE89370400440532013000"):
        assert words in page
    agreed.refresh_from_db()
    assert agreed.host_snapshot["legal_name"] == "Marktplatz Immobilien KG"


def test_a_changed_vat_id_of_a_host_has_to_be_checked_anew(boss: Client, lease: Lease) -> None:
    facts = {"vat_id": "DE136695976", "vat_checked_at": day(9, 1), "vat_proof": "valid"}
    Party.objects.filter(pk=lease.host.pk).update(**facts)
    where = f"/money/hosts/{lease.host.public_id}/edit/"
    boss.post(where, {**HOST, "vat_id": "DE136695976"})
    assert Party.objects.get(pk=lease.host.pk).vat_proof == "valid"
    boss.post(where, {**HOST, "vat_id": "DE811569869"})
    host = Party.objects.get(pk=lease.host.pk)
    assert (host.vat_checked_at, host.vat_proof) == (None, "")


def test_only_hosts_are_changed_there_and_only_by_who_may(boss: Client, lease: Lease, world: World) -> None:
    driver = lease.fleet.party
    assert boss.get(f"/money/hosts/{driver.public_id}/edit/").status_code == 404
    where = f"/money/hosts/{lease.host.public_id}/edit/"
    assert client_of(world.person(Role.OPERATOR)).post(where, HOST).status_code == 403
    assert client_of(World("STRANGER").owner).get(where).status_code == 404
