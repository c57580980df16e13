"""A VAT id is proven by a register's answer that was written down, and reverse charge needs that proof."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from billing.choices import BillingMode, InvoiceState, PartyKind, TaxCategory, VatAnswer
from billing.models import Account, Party, VatCheck
from billing.services.accounts.parties import party_change
from billing.services.invoicing.run import account_invoice
from billing.services.invoicing.vat import Answer, vat_check_record
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api, refused
from tests.billing.invoicing.conftest import office, story
from tests.billing.invoicing.office import Office
from tests.billing.invoicing.test_run import UNTAXED
from tests.worlds import World

__all__ = ["office", "story"]
DUTCH = "NL004495445B01"


@pytest.fixture
def dealer(office: Office) -> Account:
    """A dealer in another country, whose VAT id nobody has asked about."""
    office.seller()
    return office.account(BillingMode.POSTPAID, PartyKind.EMSP, country="NL", vat_id=DUTCH)


def answered(party: Party, answer: VatAnswer, minutes_ago: int = 0, **told: str) -> Party:
    vat_check_record(party, Answer(answer, clock.now() - timedelta(minutes=minutes_ago), **told), SYSTEM)
    return Party.objects.get(pk=party.pk)


def test_reverse_charge_is_reached_by_an_answer_that_was_written_down(
    office: Office, dealer: Account
) -> None:
    """From a draft that asks to an invoice by reverse charge, with the answer as its evidence."""
    family = office.story.world.organisation.tariff_families.get()
    office.story.next_version(family, UNTAXED, 0)
    office.session()
    asked = account_invoice(dealer, None, SYSTEM)
    assert asked is not None
    assert asked.state == InvoiceState.DRAFT
    asked.delete()
    answered(dealer.party, VatAnswer.VALID, consultation="WAPIAAAAX1", name="Laden BV")
    invoice = account_invoice(Account.objects.get(pk=dealer.pk), None, SYSTEM)
    assert invoice is not None
    assert invoice.state == InvoiceState.ISSUED, invoice.held_because
    assert invoice.lines.get().tax_category == TaxCategory.REVERSE_CHARGE
    told = invoice.tax_decisions[0]["evidence"]["vat_id_answer"]
    assert told == "VIES: valid, consultation WAPIAAAAX1, Laden BV"
    boss = Client()
    boss.force_login(office.story.world.owner)
    assert "WAPIAAAAX1" in boss.get(f"/money/invoices/{invoice.public_id}/").content.decode()


def test_the_newest_answer_counts_and_no_answer_takes_nothing_away(dealer: Account) -> None:
    party = answered(dealer.party, VatAnswer.VALID)
    assert answered(party, VatAnswer.INVALID, minutes_ago=60).vat_proof
    assert answered(party, VatAnswer.UNAVAILABLE).vat_proof
    assert answered(party, VatAnswer.INVALID).vat_checked_at is None


def test_answers_about_another_id_prove_nothing(dealer: Account) -> None:
    answered(dealer.party, VatAnswer.VALID)
    party = party_change(dealer.party, SYSTEM, vat_id="NL004495445B03")
    assert party.vat_proof == ""
    assert answered(party, VatAnswer.UNAVAILABLE).vat_proof == ""


@pytest.mark.parametrize(
    ("vat_id", "words"),
    [("NL004495446B01", "check digits"), ("DE136695976", "the party is in NL"), ("", "no VAT id")],
)
def test_an_id_that_cannot_be_right_is_refused(dealer: Account, vat_id: str, words: str) -> None:
    party = party_change(dealer.party, SYSTEM, vat_id=vat_id)
    with pytest.raises(ValidationError, match=words):
        answered(party, VatAnswer.VALID)


def test_an_answer_never_changes_and_none_comes_from_the_future(dealer: Account) -> None:
    answered(dealer.party, VatAnswer.INVALID)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        VatCheck.objects.update(answer=VatAnswer.VALID)
    with pytest.raises(ValidationError, match="future"):
        answered(dealer.party, VatAnswer.VALID, minutes_ago=-60)


def test_the_api_writes_down_and_tells(office: Office, dealer: Account) -> None:
    api, path = Api(office.story.world.key()), f"parties/{dealer.party.public_id}"
    body = {"answer": "valid", "asked_at": clock.now().isoformat(), "consultation": "W1"}
    assert api.post(f"{path}/vat-checks", body).status_code == 201
    assert api.get(path).json()["vat_proof"] == "VIES: valid, consultation W1"
    assert [one["vat_id"] for one in api.get(f"{path}/vat-checks").json()["results"]] == [DUTCH]
    refused(api.post(f"{path}/vat-checks", body | {"answer": "maybe"}), 422, "answer")
    assert Api(World("BETA").key()).get(f"{path}/vat-checks").status_code == 404
    assert Api(office.story.world.key("billing.view")).post(f"{path}/vat-checks", body).status_code == 403


def test_the_page_shows_and_takes_answers(office: Office, dealer: Account) -> None:
    boss, page = Client(), f"/money/parties/{dealer.party.public_id}/"
    boss.force_login(office.story.world.owner)
    assert "Nobody has asked yet" in boss.get(page).content.decode()
    assert boss.post(page, {"answer": "valid"}).status_code == 422
    boss.post(page, {"answer": "valid", "asked_at": "2026-03-01T10:00", "name": "Laden BV"})
    assert "VIES: valid, Laden BV" in boss.get(page).content.decode()
