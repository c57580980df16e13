"""`parties`, `settlement-agreements` and `settlements` in the API: agreed, told, agreed, paid, handed out."""

from typing import Any

import pytest
import time_machine

from billing.models import SessionCharge
from tests.api.conftest import Api, refused
from tests.billing.books.conftest import shop
from tests.billing.books.shop import Shop
from tests.billing.settlements.lease import HOST, Lease, day
from tests.worlds import World

__all__ = ["shop"]


@pytest.fixture
def lease(shop: Shop, alpha: World) -> Lease:
    """A lease in alpha's organisation."""
    shop.organisation = alpha.organisation
    return Lease(shop)


@pytest.fixture
def charge(lease: Lease) -> SessionCharge:
    return lease.charged(day(9, 3), 1190)


@pytest.fixture
def told(api: Api, lease: Lease, charge: SessionCharge) -> dict[str, Any]:
    """A statement over one session of 10.00 net, of which the host gets a fifth."""
    host = api.post("parties", {"kind": "site_host", **HOST}).json()["id"]
    body = {"site": lease.site.public_id, "host": host, "currency": "EUR", "valid_from": "2026-09-01"}
    refused(api.post("settlement-agreements", body), 422, "percent")
    agreed = api.post("settlement-agreements", {**body, "percent": "20"})
    assert agreed.status_code == 201, agreed.content
    refused(api.post("settlement-agreements", {**body, "percent": "20"}), 422, "valid_from")
    with time_machine.travel(day(10, 2), tick=False):
        made = api.post(f"settlement-agreements/{agreed.json()['id']}/settlements", {"month": "2026-09"})
    assert made.status_code == 201, made.content
    return made.json()


def test_a_statement_says_why_it_is_so_much(api: Api, told: dict[str, Any], charge: SessionCharge) -> None:
    assert (told["month"], told["net_minor"], told["gross_minor"]) == ("2026-09", 200, 238)
    (part,) = told["components"]
    assert (part["text"], part["exact"], part["minor"]) == (
        "20 % of 10.00 EUR, the prices without tax",
        "2.00 EUR",
        200,
    )
    (line,) = api.get(f"settlements/{told['id']}/lines").json()["results"]
    assert (line["transaction"], line["net_minor"]) == (charge.transaction.public_id, 1000)
    assert [one["id"] for one in api.get("settlements?state=draft").json()["results"]] == [told["id"]]
    again = api.post(f"settlement-agreements/{told['agreement']}/settlements", {"month": "2026-09"})
    assert again.json()["id"] == told["id"]


def test_it_is_agreed_and_paid_once(api: Api, told: dict[str, Any]) -> None:
    path = f"settlements/{told['id']}"
    paid = {"on": "2026-10-05", "reference": "bank 7"}
    refused(api.post(f"{path}/pay", paid), 409)
    assert [api.post(f"{path}/agree").json()["code"] for _ in range(2)] == ["H2026-000001"] * 2
    refused(api.delete(path), 409)
    assert [api.post(f"{path}/pay", paid).json()["state"] for _ in range(2)] == ["paid"] * 2


def test_a_draft_is_discarded_and_made_again(api: Api, told: dict[str, Any]) -> None:
    assert api.delete(f"settlements/{told['id']}").status_code == 204
    again = api.post(f"settlement-agreements/{told['agreement']}/settlements", {"month": "2026-09"})
    assert again.json()["net_minor"] == told["net_minor"]


def test_its_documents_are_handed_out(api: Api, told: dict[str, Any]) -> None:
    path = f"settlements/{told['id']}"
    assert api.get(f"{path}/files/html").status_code == 404
    api.post(f"{path}/agree")
    page = api.get(f"{path}/files/html").content.decode()
    for words in ("Self-billing invoice", "H2026-000001", "Marktplatz Immobilien KG", "2.38 EUR"):
        assert words in page
    assert api.get(f"{path}/files/html").content.decode() == page
    assert api.get(f"{path}/files/pdf").content.startswith(b"%PDF")
    head, row = api.get(f"{path}/files/csv").content.decode().split()
    assert head.startswith("session,ended_at,station,what,energy_kwh,net")
    assert ",session,1,10,0,0,EUR" in row
    assert api.get(f"{path}/files/exe").status_code == 404


def test_an_agreement_ends(api: Api, told: dict[str, Any]) -> None:
    path = f"settlement-agreements/{told['agreement']}"
    refused(api.post(f"{path}/end", {"valid_until": "2026-09-20"}), 422, "valid_until")
    assert api.post(f"{path}/end", {"valid_until": "2026-12-01"}).json()["valid_until"] == "2026-12-01"
    assert api.get(path).json()["percent"] == "20.0000"


def test_readers_change_nothing_and_strangers_find_nothing(
    alpha: World, beta: World, told: dict[str, Any]
) -> None:  # fmt: skip
    reader, stranger = Api(alpha.key("billing.view")), Api(beta.key())
    assert reader.get(f"settlements/{told['id']}").status_code == 200
    assert reader.post(f"settlements/{told['id']}/agree").status_code == 403
    assert stranger.get(f"settlements/{told['id']}/lines").status_code == 404
    assert stranger.get("settlements").json()["results"] == []


def test_a_party_is_changed(api: Api, told: dict[str, Any]) -> None:
    path = f"parties/{told['host']}"
    assert api.patch(path, {"city": "Kiel"}).json()["city"] == "Kiel"
    assert [one["id"] for one in api.get("parties?kind=site_host").json()["results"]] == [told["host"]]
