"""A driver's card at the charger's own reader: who cannot pay does not begin to charge, and is told why."""

from datetime import timedelta

import pytest

from billing.choices import AccountRole, BillingMode, VoucherKind
from billing.services.accounts.bank import Transfer, bank_return
from billing.services.accounts.guests import guest_account
from billing.services.accounts.parties import account_change, account_close, account_reopen, member_set
from billing.services.ratings.payers import tag_pay_from
from billing.services.vouchers.campaigns import campaign_create
from billing.services.vouchers.redeeming import voucher_redeem
from chargers.choices import AuthorizationStatus, ConnectorStatus
from chargers.domain import AuthorizeAsked, Token
from chargers.models import Authorization, Connector, Evse, IdTag
from chargers.services.local_lists.entries import digest, list_entries
from chargers.services.local_lists.lists import local_list_create
from chargers.services.tags import objections
from chargers.services.tags.authorization import authorize
from chargers.services.tags.id_tags import id_tag_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.billing.payments.till import Till
from tests.chargers.reports import report, source_of, start

from .driver import Motorist
from .test_idle import tell

pytestmark = pytest.mark.django_db
ACCEPTED, NO_CREDIT = AuthorizationStatus.ACCEPTED, AuthorizationStatus.NO_CREDIT
BLOCKED = AuthorizationStatus.BLOCKED
WALLET_EMPTY = "the wallet that pays is empty"


@pytest.fixture
def card(motorist: Motorist, evse: Evse) -> IdTag:
    """One that his wallet pays for."""
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)
    made = id_tag_create(motorist.driver.organisation, SYSTEM, uid="04A2B3C4D5E6F7")
    tag_pay_from(made, motorist.account, SYSTEM, member=motorist.user)
    return made


def held_up(card: IdTag, evse: Evse) -> tuple[str, str]:
    """What the station is told, and what the operator reads in the log."""
    answer = authorize(source_of(evse.station), AuthorizeAsked(Token(card.uid)))
    kept = Authorization.objects.latest("id")
    assert kept.status == answer.status
    return answer.status, kept.reason


def test_a_card_with_an_empty_wallet_is_refused_until_there_is_money(
    motorist: Motorist, card: IdTag, evse: Evse
) -> None:
    """Seen failing without the question to the books."""
    assert held_up(card, evse) == (NO_CREDIT, WALLET_EMPTY)
    motorist.fill_wallet(100)
    assert held_up(card, evse) == (ACCEPTED, "active ID tag")


def test_a_start_without_asking_first_is_refused_and_kept(card: IdTag, evse: Evse) -> None:
    session = report(evse.station, start(card.uid, clock.now())).transaction
    assert session.authorization == NO_CREDIT
    assert Authorization.objects.latest("id").reason == WALLET_EMPTY


def test_a_budget_that_is_used_up_refuses_whatever_the_account_has(
    motorist: Motorist, card: IdTag, evse: Evse
) -> None:
    motorist.on_invoice()
    assert held_up(card, evse)[0] == ACCEPTED
    member_set(motorist.account, motorist.user, AccountRole.OWNER, SYSTEM, budget_minor=0)
    assert held_up(card, evse) == (NO_CREDIT, "the budget of the card's holder for this month is used up")
    account_change(motorist.account, SYSTEM, credit_limit_minor=0)
    assert held_up(card, evse)[0] == NO_CREDIT


def test_what_runs_elsewhere_is_no_money_to_start_with_and_what_runs_here_is(
    motorist: Motorist, card: IdTag, evse: Evse, till: Till
) -> None:
    motorist.fill_wallet(100)
    begun = start(card.uid, clock.now())
    tell(till, report(evse.station, begun).transaction, 60)
    assert held_up(card, evse) == (NO_CREDIT, WALLET_EMPTY)
    repeated = report(evse.station, begun).answer.token
    assert repeated is not None
    assert repeated.status == ACCEPTED


def test_cards_that_nobody_pays_for_are_not_held_up(motorist: Motorist, evse: Evse) -> None:
    free = id_tag_create(motorist.driver.organisation, SYSTEM, uid="04FFFFFFFFFFFF")
    assert held_up(free, evse)[0] == ACCEPTED


def test_books_that_cannot_be_asked_keep_nobody_from_charging(
    card: IdTag, evse: Evse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(start: objections.Start) -> None:
        raise RuntimeError

    monkeypatch.setattr(objections, "_objectors", [breaks])
    assert held_up(card, evse)[0] == ACCEPTED


def test_cards_of_a_closed_account_are_refused_until_another_one_pays_for_them(
    motorist: Motorist, card: IdTag, evse: Evse, till: Till
) -> None:
    """Guests are not touched: their account is never shut at the reader, for they have paid before."""
    account_close(motorist.account, SYSTEM)
    assert held_up(card, evse) == (BLOCKED, "the account that pays is closed")
    session = report(evse.station, start(card.uid, clock.now())).transaction
    assert session.authorization == BLOCKED
    account_reopen(motorist.account, SYSTEM)
    motorist.fill_wallet(100)
    assert held_up(card, evse)[0] == ACCEPTED
    other = till.account(BillingMode.POSTPAID)
    tag_pay_from(card, other, SYSTEM)
    assert held_up(card, evse)[0] == ACCEPTED
    guests = guest_account(card.organisation, "EUR")
    tag_pay_from(card, guests, SYSTEM)
    account_close(guests, SYSTEM)
    assert held_up(card, evse)[0] == ACCEPTED


def test_lists_that_stations_keep_refuse_whom_the_reader_refuses(
    motorist: Motorist, card: IdTag, evse: Evse
) -> None:
    """An empty wallet charges nowhere offline."""
    kept = local_list_create(card.organisation, SYSTEM, name="Ours", every_tag=True)
    free = id_tag_create(card.organisation, SYSTEM, uid="04FFFFFFFFFFFF")

    def word(tag: IdTag) -> str:
        entry = list_entries(kept)[tag.uid.upper()]
        assert entry is not None
        return str(entry["status"])

    empty = digest(list_entries(kept))
    assert (word(card), word(free)) == (NO_CREDIT, ACCEPTED)
    motorist.fill_wallet(100)
    assert word(card) == ACCEPTED
    assert digest(list_entries(kept)) != empty, "so that stations are sent the change"
    bank_return(motorist.account, Transfer(100, "back", clock.now().date()), SYSTEM)
    motorist.on_invoice()
    assert word(card) == ACCEPTED
    account_change(motorist.account, SYSTEM, credit_limit_minor=0)
    assert word(card) == NO_CREDIT
    account_close(motorist.account, SYSTEM)
    assert word(card) == BLOCKED


def test_a_voucher_keeps_an_empty_wallet_on_the_lists(motorist: Motorist, card: IdTag) -> None:
    kept, now = local_list_create(card.organisation, SYSTEM, name="Ours", every_tag=True), clock.now()
    assert "NoCredit" in str(list_entries(kept))
    campaign_create(
        card.organisation, SYSTEM, name="Spring", kind=VoucherKind.CREDIT, amount_minor=500, currency="EUR",
        starts_at=now, ends_at=now + timedelta(days=30), code="SPRING26",
    )  # fmt: skip
    voucher_redeem(motorist.account, "SPRING26", SYSTEM)
    assert "NoCredit" not in str(list_entries(kept))


def test_books_that_cannot_be_asked_refuse_nobody_on_a_list(
    card: IdTag, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(keys: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(objections, "_standings", [breaks])
    kept = local_list_create(card.organisation, SYSTEM, name="Ours", every_tag=True)
    entry = list_entries(kept)[card.uid.upper()]
    assert entry is not None
    assert entry["status"] == ACCEPTED
