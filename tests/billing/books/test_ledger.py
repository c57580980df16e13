"""The journal: what may be posted, and that nothing posted ever changes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from billing.books.chart import Purpose
from billing.books.postings import Impossible, Payout, TopUp
from billing.choices import REVERSAL, BillingMode
from billing.models import JournalEntry, JournalLine, LedgerAccount, LedgerBalance, PostingPeriod
from billing.services.accounts.parties import account_change
from billing.services.books import postings
from billing.services.books.charges import session_charge
from billing.services.books.checks import books_check
from billing.services.books.ledger import (
    Heading,
    balance_minor,
    entry_post,
    entry_reverse,
    receivable_minor,
    wallet_minor,
)
from billing.services.books.periods import period_close, period_reopen
from billing.services.books.refusals import (
    DoesNotAddUp,
    Frozen,
    KeyConflict,
    NotReversible,
    Overdrawn,
    PeriodClosed,
    refusals,
)
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine

from .shop import NOON, TODAY, Shop, at_once, german


def lines(entry: JournalEntry) -> list[tuple[str, int]]:
    return [(line.ledger_account.purpose, line.amount_minor) for line in entry.lines.all()]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_top_up_is_held_by_the_provider_and_owed_to_the_driver(shop: Shop) -> None:
    account = shop.wallet()
    entry = postings.top_up_captured(account, "fake", 2500, shop.told())
    shop.settle()
    assert lines(entry) == [(Purpose.CLEARING, 2500), (Purpose.WALLET, -2500)]
    assert wallet_minor(account) == 2500
    assert books_check() == []


def test_an_event_told_again_is_the_first_entry(shop: Shop) -> None:
    account = shop.wallet()
    first = postings.top_up_captured(account, "fake", 2500, shop.told("pi_1"))
    again = postings.top_up_captured(account, "fake", 2500, shop.told("pi_1"))
    assert again.pk == first.pk
    assert wallet_minor(account) == 2500


def test_the_same_key_for_something_else_is_refused(shop: Shop) -> None:
    account = shop.wallet()
    postings.top_up_captured(account, "fake", 2500, shop.told("pi_1"))
    with pytest.raises(KeyConflict, match="top_up:pi_1"):
        postings.top_up_captured(account, "fake", 2600, shop.told("pi_1"))
    assert wallet_minor(account) == 2500


def test_one_key_told_by_many_at_once_is_one_entry(real_shop: Shop) -> None:
    account = real_shop.wallet()
    told = real_shop.told("pi_1")
    answers = at_once(*[lambda: postings.top_up_captured(account, "fake", 700, told)] * 8)
    assert {getattr(answer, "public_id", answer) for answer in answers} == {
        JournalEntry.objects.get().public_id
    }
    assert wallet_minor(account) == 700


def test_one_payout_told_by_many_at_once_is_one_entry(real_shop: Shop) -> None:
    """No account is locked here: the unique key alone decides."""
    told = real_shop.told("po_1")
    post = lambda: postings.payout_received(real_shop.key, "EUR", "fake", 9000, 90, told)  # noqa: E731
    answers = at_once(*[post] * 8)
    assert {getattr(answer, "public_id", answer) for answer in answers} == {
        JournalEntry.objects.get().public_id
    }
    assert balance_minor(real_shop.key, "bank", "EUR") == 8910


def test_lines_that_do_not_add_up_are_refused_at_the_commit(real_shop: Shop) -> None:
    entry = postings.top_up_captured(real_shop.wallet(), "fake", 100, real_shop.told())
    held = entry.lines.first().ledger_account  # type: ignore[union-attr]
    with pytest.raises(DoesNotAddUp, match='entry "odd" does not add up: 5 EUR are left'):
        _posted_by_hand(real_shop, "odd", (held, 5))
    assert not JournalEntry.objects.filter(key="odd").exists()


@refusals()
@transaction.atomic
def _posted_by_hand(shop: Shop, key: str, *moved: tuple[LedgerAccount, int], **facts: Any) -> None:
    """An entry past the services, as somebody with the tables at hand could write it."""
    entry = _bare_entry(shop, key, **facts)
    _lines_by_hand(entry, *moved)


def _lines_by_hand(entry: JournalEntry, *moved: tuple[LedgerAccount, int]) -> None:
    rows = [
        JournalLine(entry=entry, ledger_account=account, amount_minor=minor, currency="EUR")
        for account, minor in moved
    ]
    JournalLine.objects.bulk_create(rows)


def _bare_entry(shop: Shop, key: str, **facts: Any) -> JournalEntry:
    return JournalEntry.objects.create(
        organisation=shop.organisation, key=key, digest="", facts={}, currency="EUR", occurred_at=NOON,
        booked_on=TODAY, posted_at=NOON, **{"kind": "top_up", **facts},
    )  # fmt: skip


def test_an_entry_without_lines_is_refused_at_the_commit(real_shop: Shop) -> None:
    with pytest.raises(DoesNotAddUp, match="has no lines"), refusals(), transaction.atomic():
        _bare_entry(real_shop, "empty")


def test_a_check_that_ran_early_is_run_again_for_later_lines(real_shop: Shop) -> None:
    """Seen failing with the trigger `adds_up` dropped from the lines, so that entries alone had it."""
    entry = postings.top_up_captured(real_shop.wallet(), "fake", 100, real_shop.told())
    held, owed = [line.ledger_account for line in entry.lines.all()]

    @refusals()
    @transaction.atomic
    def check_then_add() -> None:
        odd = _bare_entry(real_shop, "odd")
        _lines_by_hand(odd, (held, 5), (owed, -5))
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")
        _lines_by_hand(odd, (held, 7))

    with pytest.raises(DoesNotAddUp):
        check_then_add()


def test_nobody_adds_lines_to_an_entry_that_is_posted(real_shop: Shop) -> None:
    entry = postings.top_up_captured(real_shop.wallet(), "fake", 100, real_shop.told())
    held, owed = [line.ledger_account for line in entry.lines.all()]
    with pytest.raises(Frozen, match="it was posted before"), refusals(), transaction.atomic():
        _lines_by_hand(entry, (held, 5), (owed, -5))
    assert entry.lines.count() == 2


def test_a_line_has_the_currency_of_its_entry_and_account(shop: Shop) -> None:
    entry = postings.top_up_captured(shop.wallet(), "fake", 100, shop.told())
    held = entry.lines.first().ledger_account  # type: ignore[union-attr]
    with pytest.raises(DoesNotAddUp, match="a line of CHF"), refusals(), transaction.atomic():
        JournalLine.objects.create(entry=entry, ledger_account=held, amount_minor=1, currency="CHF")


def test_a_line_never_leaves_its_organisation(shop: Shop) -> None:
    entry = postings.top_up_captured(shop.wallet(), "fake", 100, shop.told())
    theirs = postings.top_up_captured(Shop("THEIRS").wallet(), "fake", 100, shop.told())
    foreign = theirs.lines.first().ledger_account  # type: ignore[union-attr]
    with pytest.raises(DoesNotAddUp, match="two organisations"), refusals(), transaction.atomic():
        JournalLine.objects.create(entry=entry, ledger_account=foreign, amount_minor=1, currency="EUR")


CHANGES = [
    "UPDATE billing_journalentry SET kind = 'payout'",
    "UPDATE billing_journalline SET amount_minor = amount_minor * 2",
    "UPDATE billing_ledgeraccount SET code = 'bank' WHERE purpose = 'clearing'",
    "UPDATE billing_ledgerbalance SET amount_minor = 0",
    "INSERT INTO billing_ledgerbalance (ledger_account_id, slot, amount_minor)"
    " SELECT id, 99, 5 FROM billing_ledgeraccount",
    "UPDATE billing_account SET currency = 'CHF'",
    "DELETE FROM billing_journalline",
    "DELETE FROM billing_journalentry",
    "DELETE FROM billing_ledgerbalance",
    "DELETE FROM billing_ledgeraccount",
    "TRUNCATE billing_journalline",
    "TRUNCATE billing_journalentry CASCADE",
    "TRUNCATE billing_ledgerbalance",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_refuses_to_change_what_is_posted(shop: Shop, change: str) -> None:
    """Seen failing with the triggers `frozen`, `no_truncate` and `only_by_lines` dropped, each for its statements."""
    account = shop.wallet(500)
    shop.settle()
    with pytest.raises(Frozen, match="refused"), refusals(), transaction.atomic():
        sql(change)
    assert wallet_minor(account) == 500
    assert books_check() == []


def test_neither_rows_nor_bulk_operations_nor_the_back_office_change_it(
    shop: Shop, admin_client: object
) -> None:
    entry = postings.top_up_captured(shop.wallet(), "fake", 100, shop.told())
    line = entry.lines.get(amount_minor=100)
    line.amount_minor = 200
    attempts = [
        line.save,
        line.delete,
        entry.lines.all().delete,
        lambda: JournalLine.objects.bulk_update([line], ["amount_minor"]),
        lambda: JournalEntry.objects.update(key="other"),
        lambda: JournalEntry.objects.filter(pk=entry.pk)._raw_delete("default"),  # type: ignore[attr-defined]
    ]
    for attempt in attempts:
        with pytest.raises(Frozen), refusals(), transaction.atomic():
            attempt()
    page = f"/admin/billing/journalentry/{entry.pk}"
    assert admin_client.post(f"{page}/change/", {"key": "other"}).status_code == 403  # type: ignore[attr-defined]
    assert admin_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403  # type: ignore[attr-defined]
    assert JournalEntry.objects.get() == entry


def test_a_mirror_takes_an_entry_back_once(shop: Shop) -> None:
    account = shop.wallet(500)
    entry = JournalEntry.objects.get()
    mirror = entry_reverse(entry, NOON, "captured twice")
    assert entry_reverse(entry, NOON + timedelta(days=1), "again") == mirror
    shop.settle()
    assert (mirror.kind, mirror.reverses) == (REVERSAL, entry)
    assert lines(mirror) == [(purpose, -minor) for purpose, minor in lines(entry)]
    assert wallet_minor(account) == 0
    with pytest.raises(NotReversible, match="mirror itself"):
        entry_reverse(mirror, NOON, "no")


def test_many_who_take_an_entry_back_at_once_take_it_back_once(real_shop: Shop) -> None:
    entry = postings.payout_received(real_shop.key, "EUR", "fake", 9000, 90, real_shop.told())
    answers = at_once(*[lambda: entry_reverse(entry, NOON, "bounced")] * 6)
    assert set(answers) == {JournalEntry.objects.get(reverses=entry)}
    assert balance_minor(real_shop.key, "bank", "EUR") == 0


def test_a_mirror_with_other_lines_is_refused_at_the_commit(real_shop: Shop) -> None:
    entry = postings.top_up_captured(real_shop.wallet(), "fake", 100, real_shop.told())
    held, owed = [line.ledger_account for line in entry.lines.all()]
    with pytest.raises(DoesNotAddUp, match="no mirror"):
        _posted_by_hand(real_shop, "half", (held, -50), (owed, 50), kind=REVERSAL, reverses=entry)


def test_a_wallet_pays_what_it_has_and_its_overshoot_and_the_rest_is_owed(shop: Shop) -> None:
    account = shop.wallet(1000, overshoot_minor=200)
    shop.charged(account, 1500)
    assert (wallet_minor(account), receivable_minor(account)) == (-200, 300)
    shop.charged(account, 100)
    assert (wallet_minor(account), receivable_minor(account)) == (-200, 400)
    assert books_check() == []


def test_a_wallet_without_money_cannot_give_any_back(shop: Shop) -> None:
    """Seen failing with `ledger_balance_below_ceiling` dropped."""
    account = shop.wallet(1000)
    top_up = JournalEntry.objects.get()
    shop.charged(account, 600)
    with pytest.raises(Overdrawn):
        entry_reverse(top_up, NOON, "card was stolen")
    assert wallet_minor(account) == 400


def test_sessions_that_end_together_never_overdraw_a_wallet(real_shop: Shop) -> None:
    account = real_shop.wallet(1000, overshoot_minor=50)
    answers = at_once(*[lambda: real_shop.charged(account, 300)] * 6)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert (wallet_minor(account), receivable_minor(account)) == (-50, 750)


def test_the_overshoot_cannot_be_lowered_below_what_is_used(shop: Shop) -> None:
    account = shop.wallet(100, overshoot_minor=200)
    shop.charged(account, 250)
    with pytest.raises(Overdrawn):
        account_change(account, SYSTEM, overshoot_minor=100)
    account_change(account, SYSTEM, overshoot_minor=150)
    assert LedgerBalance.objects.get(ceiling_minor__isnull=False).ceiling_minor == 150


def test_a_closed_month_takes_no_entry_and_says_so(shop: Shop) -> None:
    """Seen failing with the trigger `arrives` dropped from the entries."""
    account = shop.wallet()
    period_close(shop.organisation, date(2026, 10, 15), SYSTEM)
    october = postings.Told(NOON - timedelta(days=10), "pi_9")
    with pytest.raises(PeriodClosed, match=r'the month 2026-10 is closed: top_up "top_up:pi_9".* 2026-10-24'):
        postings.top_up_captured(account, "fake", 100, october)
    late = postings.Told(october.at, "pi_9", booked_on=TODAY)
    assert postings.top_up_captured(account, "fake", 100, late).booked_on == TODAY
    period_reopen(shop.organisation, date(2026, 10, 1), SYSTEM)
    assert postings.top_up_captured(account, "fake", 100, postings.Told(october.at, "pi_10"))
    assert [
        each.action for each in AuditLine.objects.filter(action__startswith="posting_period").order_by("id")
    ] == [
        "posting_period.closed",
        "posting_period.reopened",
    ]


def test_a_month_is_closed_behind_what_is_on_its_way(real_shop: Shop) -> None:
    account = real_shop.wallet()
    close = lambda: period_close(real_shop.organisation, date(2026, 10, 1), SYSTEM)  # noqa: E731
    with transaction.atomic():
        postings.top_up_captured(account, "fake", 100, postings.Told(NOON - timedelta(days=10), "pi_9"))
        sql("SET LOCAL lock_timeout = '5s'")
        answers = at_once(close)
        assert "lock timeout" in str(answers[0])
    assert isinstance(at_once(close)[0], PostingPeriod)


def test_a_month_that_is_not_over_stays_open(shop: Shop) -> None:
    with pytest.raises(ValidationError, match="is not over"):
        period_close(shop.organisation, date(2999, 1, 1), SYSTEM)
    with pytest.raises(ValidationError, match="is not closed"):
        period_reopen(shop.organisation, date(2026, 1, 1), SYSTEM)


def test_impossible_amounts_are_refused_by_name(shop: Shop) -> None:
    account = shop.wallet()
    heading = Heading("k", "EUR", NOON)
    for posting, words in (
        (TopUp(account.public_id, "fake", 0), "minor must be positive"),
        (Payout("fake", 100, 101), "fee_minor must be from 0 to 100"),
        (TopUp("acc_unknown", "fake", 5), "no account acc_unknown"),
    ):
        with pytest.raises(Impossible, match=words):
            entry_post(shop.key, posting, heading)
    with pytest.raises(Impossible, match="is in EUR, not CHF"):
        entry_post(shop.key, TopUp(account.public_id, "fake", 5), Heading("k", "CHF", NOON))
    assert not JournalEntry.objects.exists()


def test_an_account_of_another_organisation_cannot_be_posted_to(shop: Shop) -> None:
    theirs = Shop("THEIRS").wallet()
    with pytest.raises(Impossible, match="no account"):
        entry_post(shop.key, TopUp(theirs.public_id, "fake", 5), Heading("k", "EUR", NOON))


def test_balances_are_spread_and_still_one_sum(real_shop: Shop) -> None:
    account = real_shop.account(BillingMode.POSTPAID)
    sessions = real_shop.sessions(8)
    at_once(*[lambda s=each: session_charge(s, account, german(119), NOON) for each in sessions])  # type: ignore[misc]
    revenue = LedgerAccount.objects.get(code="revenue")
    assert revenue.balances.count() > 1
    assert balance_minor(real_shop.key, "revenue", "EUR") == -800
    assert books_check() == []


def test_a_unique_violation_that_is_no_rule_of_the_books_stays_what_it_is(shop: Shop) -> None:
    with pytest.raises(IntegrityError), refusals(), transaction.atomic():
        sql("INSERT INTO billing_party (public_id) VALUES ('x')")
