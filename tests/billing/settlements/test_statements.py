"""Settlements with site hosts: each session is told once, whatever is corrected, repeated or at once."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.books.chart import Purpose, code
from billing.choices import SettlementState
from billing.models import Settlement, SettlementLine
from billing.services.books.ledger import balance_minor
from billing.services.invoicing.series import series_gaps
from billing.services.settlements.agreeing import settlement_agree, settlement_pay
from billing.services.settlements.agreements import agreement_end
from billing.services.settlements.making import settlement_discard, settlement_make, settlements_run
from chargers.services.stations.sites import site_remove
from cpms.core.actors import SYSTEM
from tests.billing.books.shop import Shop, at_once

from .lease import NOVEMBER, OCTOBER, SEPTEMBER, Lease, day, statement


def told(made: Settlement) -> list[tuple[int, int, int]]:
    """Turn, net and energy of each line."""
    return [(line.turn, line.net_minor, line.energy_wh) for line in made.lines.all()]


def owed(lease: Lease) -> int:
    its = code(Purpose.HOST_PAYABLE, lease.host.public_id)
    return -balance_minor(lease.shop.key, its, "EUR")


def test_a_month_is_told_with_every_session_that_ended_in_it_and_no_other(lease: Lease) -> None:
    agreement = lease.agreement()
    lease.charged(day(8, 31, 21), 1190)
    lease.charged(day(9, 1, 1), 1190)
    lease.charged(day(9, 30), 595)
    lease.charged(day(10, 1), 1190)
    made = statement(agreement, SEPTEMBER)
    assert told(made) == [(0, 1000, 1000), (0, 500, 1000)]
    assert (made.net_minor, made.tax_minor, made.gross_minor) == (300, 57, 357)
    assert made.components == [{"what": "revenue", "exact": "300", "minor": 300}]
    assert statement(agreement, SEPTEMBER) == made


def test_a_late_correction_is_told_by_the_next_statement_as_what_changed(lease: Lease) -> None:
    """Seen failing with told amounts not taken off, with all told again, with the first line taken for the last."""
    agreement = lease.agreement()
    charge = lease.charged(day(9, 3), 1190)
    statement(agreement, SEPTEMBER)
    charge = lease.corrected(charge, 595, day(10, 4))
    lease.refunded(charge, 119)
    assert told(statement(agreement, OCTOBER)) == [(1, -600, 0)]
    assert told(statement(agreement, NOVEMBER)) == []


def test_money_given_back_late_is_told_by_the_next_statement(lease: Lease) -> None:
    """Without a new price. Seen failing with refunds left out of what counts as changed."""
    agreement = lease.agreement()
    charge = lease.charged(day(9, 3), 1190)
    statement(agreement, SEPTEMBER)
    lease.refunded(charge, 238)
    assert told(statement(agreement, OCTOBER)) == [(1, -200, 0)]
    assert told(statement(agreement, NOVEMBER)) == []


def test_a_price_that_comes_late_is_told_by_the_next_statement(lease: Lease) -> None:
    agreement = lease.agreement()
    statement(agreement, SEPTEMBER)
    lease.charged(day(9, 3), 1190)
    assert told(statement(agreement, OCTOBER)) == [(0, 1000, 1000)]


def test_what_was_told_stays_with_its_host_when_the_station_moves(lease: Lease) -> None:
    """Seen failing with lines of any agreement counted as told here."""
    here, there = lease.agreement(), lease.agreement(site=lease.site_of("Harbour"))
    charge = lease.charged(day(9, 3), 1190)
    statement(here, SEPTEMBER)
    lease.shop.station.site = there.site
    lease.shop.station.save()
    lease.corrected(charge, 1785, day(10, 4))
    assert told(statement(there, SEPTEMBER)) == []
    assert told(statement(here, OCTOBER)) == [(1, 500, 0)]


def test_whatever_happens_the_lines_of_a_session_add_up_to_what_it_is(lease: Lease) -> None:
    """Seen failing with new prices left out of what counts as changed."""
    agreement = lease.agreement()
    charges = [lease.charged(day(9, 1 + n), 1190) for n in range(4)]
    for month, prices in ((SEPTEMBER, (1190, 595, 0, 238)), (OCTOBER, (119, 595, 595, 0))):
        charges = [lease.corrected(c, price, day(10, 2)) for c, price in zip(charges, prices, strict=True)]
        statement(agreement, month)
    for charge in charges:
        nets = charge.settlement_lines.values_list("net_minor", flat=True)
        assert sum(nets) == sum(part["net_minor"] for part in charge.amount["parts"])


def test_energy_fees_and_cards_are_parts_of_the_share(lease: Lease) -> None:
    agreement = lease.agreement(
        percent=50, per_kwh="0.025", monthly_fee_minor=3000, fees_borne_by="shared", card_fee_percent="1.5",
        card_fee_minor=25, valid_from=date(2026, 9, 16),
    )  # fmt: skip
    lease.charged(day(9, 20), 1190, lease.shop.guests)
    lease.charged(day(9, 21), 1190)
    lease.charged(day(9, 15), 1190)
    made = statement(agreement, SEPTEMBER)
    # Cards: 1.5 % of 11.90 and 0.25 are 0.4285, of which the host bears half.
    assert {part["what"]: (part["exact"], part["minor"]) for part in made.components} == {
        "revenue": ("1000", 1000),
        "card_fees": ("-21.425", -21),
        "energy": ("5", 5),
        "fee": ("1500", 1500),
    }
    assert made.net_minor == 2484


def test_agreeing_books_the_share_and_takes_a_number_once(lease: Lease) -> None:
    agreement = lease.agreement()
    lease.charged(day(9, 3), 1190)
    made = statement(agreement, SEPTEMBER)
    agreed = settlement_agree(made, SYSTEM, day(10, 2))
    assert settlement_agree(made, SYSTEM, day(10, 9)) == agreed
    assert (agreed.code, agreed.state) == ("H2026-000001", SettlementState.AGREED)
    assert agreed.entry is not None
    assert agreed.entry.booked_on == date(2026, 9, 30)
    assert owed(lease) == 238
    paid = settlement_pay(agreed, date(2026, 10, 5), "bank 7", SYSTEM)
    assert settlement_pay(agreed, date(2026, 10, 6), "bank 7", SYSTEM).paid_on == paid.paid_on
    assert owed(lease) == 0
    lease.shop.settle()
    assert series_gaps() == []


def test_a_share_below_zero_is_owed_to_us(lease: Lease) -> None:
    agreement = lease.agreement()
    charge = lease.charged(day(9, 3), 1190)
    settlement_agree(statement(agreement, SEPTEMBER), SYSTEM)
    lease.corrected(charge, 0, day(10, 4))
    made = settlement_agree(statement(agreement, OCTOBER), SYSTEM)
    assert (made.net_minor, made.gross_minor) == (-200, -238)
    assert owed(lease) == 0
    lease.shop.settle()


def test_what_is_agreed_never_changes(lease: Lease) -> None:
    lease.charged(day(9, 3), 1190)
    made = settlement_agree(statement(lease.agreement(), SEPTEMBER), SYSTEM)
    line = made.lines.get()
    changes = (
        lambda: Settlement.objects.filter(pk=made.pk).update(net_minor=1, gross_minor=1 + made.tax_minor),
        lambda: Settlement.objects.filter(pk=made.pk).delete(),
        lambda: SettlementLine.objects.filter(pk=line.pk).update(net_minor=1),
        lambda: SettlementLine.objects.filter(pk=line.pk).delete(),
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()
    with pytest.raises(ValidationError, match="agreed"):
        settlement_discard(made, SYSTEM)


def test_a_discarded_draft_gives_its_sessions_to_the_next(lease: Lease) -> None:
    agreement = lease.agreement()
    lease.charged(day(9, 3), 1190)
    settlement_discard(statement(agreement, SEPTEMBER), SYSTEM)
    assert told(statement(agreement, SEPTEMBER)) == [(0, 1000, 1000)]


def test_nothing_is_agreed_before_the_law_has_what_it_wants(lease: Lease) -> None:
    agreement = lease.agreement()
    made = statement(agreement, SEPTEMBER)
    lease.host.tax_number = ""
    lease.host.save()
    with pytest.raises(ValidationError, match="VAT id or tax number of the host"):
        settlement_agree(made, SYSTEM)


def test_a_site_has_one_agreement_at_a_time(lease: Lease) -> None:
    agreement = lease.agreement()
    with pytest.raises(ValidationError, match="end it first"):
        lease.agreement(percent=30)
    statement(agreement, SEPTEMBER)
    with pytest.raises(ValidationError, match="choose a later month"):
        agreement_end(agreement, date(2026, 9, 20), SYSTEM)
    agreement_end(agreement, OCTOBER, SYSTEM)
    after = lease.agreement(percent=30, valid_from=OCTOBER)
    lease.charged(day(10, 3), 1190)
    assert told(statement(agreement, OCTOBER)) == []
    assert statement(after, OCTOBER).net_minor == 300


@pytest.mark.parametrize(
    "wrong", [{"percent": 0}, {"percent": 101}, {"per_kwh": -1}, {"valid_until": SEPTEMBER}]
)
def test_terms_that_make_no_sense_are_refused(lease: Lease, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        lease.agreement(**wrong)


def test_a_month_that_is_not_over_is_not_told(lease: Lease) -> None:
    agreement = lease.agreement()
    with time_machine.travel(day(9, 30), tick=False), pytest.raises(ValidationError, match="not over"):
        settlement_make(agreement, SEPTEMBER, SYSTEM)


def test_the_run_tells_every_month_that_is_over_and_once(lease: Lease) -> None:
    lease.agreement(percent=0, monthly_fee_minor=1000)
    assert (settlements_run(day(11, 3)), settlements_run(day(11, 3))) == (2, 0)
    assert list(Settlement.objects.values_list("month", "net_minor")) == [(OCTOBER, 1000), (SEPTEMBER, 1000)]


def test_of_many_at_once_each_session_is_told_by_one(real_shop: Shop) -> None:
    """Seen failing with the agreement's lock and the constraints on statement and line taken away."""
    lease = Lease(real_shop)
    agreement = lease.agreement()
    charges = [lease.charged(day(9, 1 + n), 1190) for n in range(6)]
    made = at_once(*[lambda: statement(agreement, SEPTEMBER)] * 6)
    assert len({one.pk for one in made if isinstance(one, Settlement)}) == 1, made
    corrections = [lambda c=charge: lease.corrected(c, 595, day(10, 4)) for charge in charges[:3]]
    at_once(*corrections, *[lambda: statement(agreement, OCTOBER)] * 3)
    statement(agreement, NOVEMBER)
    for charge in charges:
        charge.refresh_from_db()
        nets = list(charge.settlement_lines.values_list("net_minor", flat=True))
        assert sum(nets) == charge.amount["parts"][0]["net_minor"], nets
    numbers = at_once(*[lambda: settlement_agree(Settlement.objects.get(month=SEPTEMBER), SYSTEM)] * 4)
    assert {one.code for one in numbers if isinstance(one, Settlement)} == {"H2026-000001"}, numbers
    assert owed(lease) == Settlement.objects.get(month=SEPTEMBER).gross_minor


def test_a_site_that_was_shared_is_not_removed(lease: Lease) -> None:
    harbour = lease.site_of("Harbour")
    lease.agreement(site=harbour)
    with pytest.raises(ValidationError, match="the books keep it"):
        site_remove(harbour, SYSTEM)


def test_after_the_end_only_what_is_corrected_late_is_told(lease: Lease) -> None:
    agreement = lease.agreement()
    charge = lease.charged(day(9, 3), 1190)
    agreement_end(agreement, OCTOBER, SYSTEM)
    with time_machine.travel(day(12, 3), tick=False):
        assert (settlements_run(), settlements_run()) == (1, 0)
        lease.corrected(charge, 595, day(12, 2))
        assert settlements_run() == 1
    assert told(Settlement.objects.get(month=NOVEMBER)) == [(1, -500, 0)]
