"""The one writer of the books: a posting becomes an entry and its lines, once, whatever is repeated or crashes.

Locks are taken in this order: session charge or invoice, accounts (by key), the entry's key, balances (by a trigger:
those of one account, then the shared ones). `docs/algorithms/ledger.md` states the rules.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Sum

from billing.books.chart import KINDS, OF_A_PARTY, OF_AN_ACCOUNT, Purpose, code, parts
from billing.books.facts import digest, facts_of
from billing.books.lines import Line, mirror
from billing.books.postings import FinalRating, Impossible, PaidByWallet, Posting, Refund
from billing.books.true_up import InvoiceTrueUp
from billing.choices import REVERSAL
from billing.models import Account, JournalEntry, JournalLine, LedgerAccount, LedgerBalance, Party
from cpms.core import clock

from .refusals import KeyConflict, NotReversible, refusals

_BOUND = {
    FinalRating.kind: "correct the session's charge",
    Refund.kind: "take the refund back from the session's charge",
    InvoiceTrueUp.kind: "it belongs to an invoice",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What an entry carries beside its lines.

    `key` is the natural name of the event, the same in every repeat. `source` is the public id of what it is about.
    `booked_on` is the day in whose month it counts; by default that of `occurred_at`, in UTC.
    """

    key: str
    currency: str
    occurred_at: datetime
    source: str = ""
    booked_on: date | None = None
    cost_centre: str = ""

    @property
    def day(self) -> date:
        """The day in whose month the entry counts."""
        return self.booked_on or self.occurred_at.astimezone(UTC).date()


def entry_post(organisation_id: int, posting: Posting, heading: Heading) -> JournalEntry:
    """Post once: a repeat of the key returns the first entry.

    Raises `KeyConflict` (the same key for something else), `PeriodClosed`, `Overdrawn`, `Impossible`.
    """
    with refusals(), transaction.atomic():
        return _post(organisation_id, posting, heading)


def _post(organisation_id: int, posting: Posting, heading: Heading) -> JournalEntry:
    account = _account(organisation_id, posting, heading)
    asked = digest(
        posting, currency=heading.currency, source=heading.source, at=heading.occurred_at.isoformat(),
        day=heading.day.isoformat(),
    )  # fmt: skip
    first = JournalEntry.objects.filter(organisation_id=organisation_id, key=heading.key).first()
    if first is not None:
        return _repeated(first, asked)
    if isinstance(posting, PaidByWallet) and posting.wallet_minor is None and account is not None:
        beyond = account.overshoot_minor if posting.may_overshoot else 0
        posting = posting.resolved(wallet_minor(account) + beyond)
    entry = _entry(organisation_id, heading, asked, posting.kind)
    entry.facts = facts_of(posting)
    return _insert(entry, posting.lines(), heading.cost_centre)


def _account(organisation_id: int, posting: Posting, heading: Heading) -> Account | None:
    """The account the posting is about, locked."""
    if not posting.account:
        return None
    mine = Account.objects.select_for_update(no_key=True).filter(organisation_id=organisation_id)
    account = mine.filter(public_id=posting.account).first()
    if account is None:
        raise Impossible(f"account_id: no account {posting.account}")
    if account.currency != heading.currency:
        raise Impossible(f"currency: {account.public_id} is in {account.currency}, not {heading.currency}")
    return account


def _entry(organisation_id: int, heading: Heading, asked: str, kind: str) -> JournalEntry:
    return JournalEntry(
        organisation_id=organisation_id, key=heading.key, digest=asked, kind=kind, currency=heading.currency,
        source=heading.source, occurred_at=heading.occurred_at, booked_on=heading.day, posted_at=clock.now(),
    )  # fmt: skip


def _insert(entry: JournalEntry, lines: Iterable[Line], cost_centre: str) -> JournalEntry:
    moving = [line for line in lines if line.amount_minor]
    if not moving:
        raise Impossible(f'entry "{entry.key}" moves nothing')
    targets = ledger_accounts(entry.organisation_id, entry.currency, {line.code for line in moving})
    JournalEntry.objects.bulk_create([entry], ignore_conflicts=True)
    stored = JournalEntry.objects.get(organisation_id=entry.organisation_id, key=entry.key)
    if stored.public_id != entry.public_id:
        return _repeated(stored, entry.digest)
    JournalLine.objects.bulk_create(
        JournalLine(
            entry=stored, ledger_account=targets[line.code], amount_minor=line.amount_minor,
            currency=entry.currency, tax_code=line.tax_code, cost_centre=cost_centre,
        )
        for line in moving
    )  # fmt: skip
    return stored


def _repeated(first: JournalEntry, asked: str) -> JournalEntry:
    if first.digest != asked:
        raise KeyConflict(f'"{first.key}" was posted as {first.public_id} with other content')
    return first


def entry_reverse(
    entry: JournalEntry, at: datetime, reason: str, *, booked_on: date | None = None
) -> JournalEntry:
    """Take an entry back by its mirror, once; a repeat returns the first mirror.

    Raises `NotReversible` for a mirror and for what belongs to more than itself: prices and refunds of sessions
    (`services.charges`), the rounding of an invoice; `PeriodClosed`, `Overdrawn`.
    """
    if entry.kind in _BOUND:
        raise NotReversible(f"{entry.public_id} cannot be taken back by itself: {_BOUND[entry.kind]}")
    with refusals(), transaction.atomic():
        return mirror_post(entry, at, reason, booked_on=booked_on)


def mirror_post(
    entry: JournalEntry, at: datetime, reason: str, *, booked_on: date | None = None
) -> JournalEntry:
    """As `entry_reverse`, for whoever holds the lock of what the entry is about."""
    if entry.kind == REVERSAL:
        raise NotReversible(f"{entry.public_id} is a mirror itself")
    rows = list(entry.lines.select_related("ledger_account"))
    accounts_lock(row.ledger_account.account_id for row in rows)
    first = JournalEntry.objects.filter(reverses=entry).first()
    if first is not None:
        return first
    heading = Heading(f"reverse:{entry.public_id}", entry.currency, at, entry.source, booked_on)
    asked = hashlib.sha256(entry.public_id.encode()).hexdigest()
    made = _entry(entry.organisation_id, heading, asked, REVERSAL)
    made.reverses, made.facts = entry, {"reverses": entry.public_id, "reason": reason}
    return _insert(made, mirror(lines_of(rows)), rows[0].cost_centre)


def lines_of(rows: Sequence[JournalLine]) -> tuple[Line, ...]:
    """Stored lines as those of `billing.books`."""
    return tuple(Line(row.ledger_account.code, row.amount_minor, row.tax_code) for row in rows)


def accounts_lock(keys: Iterable[int | None]) -> None:
    """Lock accounts in the order of their keys, until the commit."""
    wanted = sorted({key for key in keys if key is not None})
    list(
        Account.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk").values_list("pk")
    )


def ledger_accounts(organisation_id: int, currency: str, codes: set[str]) -> dict[str, LedgerAccount]:
    """The ledger accounts with these codes, made when they are new."""
    found = _found(organisation_id, currency, codes)
    missing = sorted(codes - found.keys())
    if missing:
        made = [_ledger_account(organisation_id, currency, each) for each in missing]
        LedgerAccount.objects.bulk_create(made, ignore_conflicts=True)
        found |= _found(organisation_id, currency, set(missing))
    return found


def _found(organisation_id: int, currency: str, codes: set[str]) -> dict[str, LedgerAccount]:
    rows = LedgerAccount.objects.filter(organisation_id=organisation_id, currency=currency, code__in=codes)
    return {row.code: row for row in rows}


def _ledger_account(organisation_id: int, currency: str, wanted: str) -> LedgerAccount:
    purpose, owner = parts(wanted)
    row = LedgerAccount(
        organisation_id=organisation_id, currency=currency, code=wanted, purpose=purpose, kind=KINDS[purpose]
    )
    if purpose in OF_AN_ACCOUNT:
        row.account = Account.objects.get(organisation_id=organisation_id, public_id=owner)
    if purpose in OF_A_PARTY:
        row.party = Party.objects.filter(organisation_id=organisation_id, public_id=owner).first()
        if row.party is None:
            raise Impossible(f"party_id: no party {owner}")
    return row


def balance_minor(organisation_id: int, code_: str, currency: str) -> int:
    """The running balance of a ledger account, debits positive; 0 when it has none yet."""
    its = {"organisation_id": organisation_id, "code": code_, "currency": currency}
    rows = LedgerBalance.objects.filter(**{f"ledger_account__{name}": value for name, value in its.items()})
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def wallet_minor(account: Account) -> int:
    """The money in the wallet of an account; below zero when a session took more than there was."""
    return -balance_minor(account.organisation_id, code(Purpose.WALLET, account.public_id), account.currency)


def receivable_minor(account: Account) -> int:
    """What the account owes; below zero when it has paid too much."""
    return balance_minor(
        account.organisation_id, code(Purpose.RECEIVABLE, account.public_id), account.currency
    )
