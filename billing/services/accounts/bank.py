"""Bank transfers, told by a person or by the statement of the bank; the bank's reference names each one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.books.bank import BankReceived, BankReturned
from billing.books.chart import Purpose
from billing.models import Account, JournalEntry
from cpms.core import audit
from cpms.core.actors import Actor
from cpms.core.zones import today_in

from ..books.ledger import Heading, entry_post, receivable_minor, wallet_minor

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of a bank statement: its amount in minor units, the bank's reference of it, its day."""

    minor: int
    reference: str
    on: date


def bank_receive(
    account: Account, transfer: Transfer, actor: Actor, *, pays_claim: bool = False
) -> JournalEntry:
    """A transfer came in: into the wallet if there is one, else, or if it `pays_claim`, against what is owed.

    A repeat of the reference returns the first entry. Raises ValidationError naming the field, `KeyConflict` for the
    same reference with another amount or day, `PeriodClosed`.
    """
    into = Purpose.RECEIVABLE if pays_claim or not account.has_wallet else Purpose.WALLET
    with transaction.atomic():
        account = _locked(account, transfer)
        posting = BankReceived(account.public_id, transfer.minor, into)
        return _posted(account, posting, transfer, actor)


def bank_return(account: Account, transfer: Transfer, actor: Actor) -> JournalEntry:
    """Money went back to its owner: out of the wallet, or what was paid beyond the claims; never more than there is.

    Repeats and errors as with `bank_receive`.
    """
    with transaction.atomic():
        account = _locked(account, transfer)
        into = Purpose.WALLET if account.has_wallet else Purpose.RECEIVABLE
        posting = BankReturned(account.public_id, transfer.minor, into)
        if not _is_known(account, posting.kind, transfer):
            _check_left(account, transfer.minor)
        return _posted(account, posting, transfer, actor)


def _locked(account: Account, transfer: Transfer) -> Account:
    if not transfer.reference.strip() or len(transfer.reference) > _LONGEST:
        raise ValidationError({"reference": f"is needed, with at most {_LONGEST} characters"})
    if transfer.minor <= 0:
        raise ValidationError({"amount_minor": "must be above zero"})
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    # A bank dates in the operator's place, which may be a day ahead of UTC.
    if transfer.on > today_in(account.organisation.time_zone):
        raise ValidationError({"on": "is in the future"})
    if account.is_closed:
        raise ValidationError({"account": "is closed"})
    return account


def _check_left(account: Account, minor: int) -> None:
    left = wallet_minor(account) if account.has_wallet else -receivable_minor(account)
    if minor > left:
        raise ValidationError({"amount_minor": "is more than there is to give back"})


def _key(account: Account, kind: str, transfer: Transfer) -> str:
    return f"{kind}:{account.public_id}:{transfer.reference.strip()}"


def _is_known(account: Account, kind: str, transfer: Transfer) -> bool:
    its = JournalEntry.objects.filter(organisation_id=account.organisation_id)
    return its.filter(key=_key(account, kind, transfer)).exists()


def _posted(
    account: Account, posting: BankReceived | BankReturned, transfer: Transfer, actor: Actor
) -> JournalEntry:
    is_new = not _is_known(account, posting.kind, transfer)
    at = datetime.combine(transfer.on, time(12), UTC)
    heading = Heading(_key(account, posting.kind, transfer), account.currency, at, account.public_id)
    entry = entry_post(account.organisation_id, posting, heading)
    if is_new:
        audit.record(
            actor, f"account.{posting.kind}", organisation_id=account.organisation_id, subject=account.public_id,
            label=account.name, minor=transfer.minor, currency=account.currency, reference=transfer.reference.strip(),
        )  # fmt: skip
    return entry
