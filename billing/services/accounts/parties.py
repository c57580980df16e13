"""Parties, accounts and who belongs to an account."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.choices import AccountRole, BillingMode
from billing.models import Account, AccountMembership, Party
from chargers.choices import OPEN_STATES
from cpms.accounts.models import Organisation, User
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..books.ledger import receivable_minor, wallet_minor
from ..books.refusals import refusals

FROZEN = {"currency", "organisation", "party"}


@transaction.atomic
def party_create(organisation: Organisation, actor: Actor, **facts: Any) -> Party:
    """A party; facts are the fields of `Party`. Raises ValidationError naming the field."""
    party = Party(organisation=organisation, **facts)
    party.full_clean()
    party.save()
    _record(actor, "party.created", party, party.legal_name)
    return party


@transaction.atomic
def account_open(party: Party, actor: Actor, owner: User | None = None, **facts: Any) -> Account:
    """An account of a party, with the person who owns it, if any. Raises ValidationError naming the field."""
    account = Account(organisation=party.organisation, party=party, **facts)
    account.full_clean()
    account.save()
    if owner is not None:
        AccountMembership.objects.create(account=account, user=owner, role=AccountRole.OWNER)
    _record(actor, "account.opened", account, account.name, mode=account.billing_mode)
    return account


@transaction.atomic
def party_change(party: Party, actor: Actor, **facts: Any) -> Party:
    """Change name or address; a changed VAT id has to be checked anew. Raises ValidationError naming the field."""
    party = Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    if facts.get("vat_id", party.vat_id) != party.vat_id:
        facts |= {"vat_checked_at": None, "vat_proof": ""}
    for field, value in facts.items():
        setattr(party, field, value)
    party.full_clean()
    party.save(update_fields=list(facts))
    _record(actor, "party.changed", party, party.legal_name, fields=sorted(facts))
    return party


def account_change(account: Account, actor: Actor, **facts: Any) -> Account:
    """Change name, limits, terms or billing mode. Raises ValidationError naming the field.

    Raises `Overdrawn` when the wallet is further below zero than a new overshoot allows.
    """
    frozen = FROZEN & facts.keys()
    if frozen:
        raise ValidationError(dict.fromkeys(frozen, "never changes"))
    with refusals(), transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        _keep_wallet(account, facts.get("billing_mode", account.billing_mode))
        for field, value in facts.items():
            setattr(account, field, value)
        account.full_clean()
        account.save(update_fields=list(facts))
        _record(actor, "account.changed", account, account.name, fields=sorted(facts))
    return account


@transaction.atomic
def account_close(account: Account, actor: Actor) -> Account:
    """From now on nothing new is charged to it: its tags are refused until another account pays for them.

    A tag that was let go instead would charge with nobody paying. Closed accounts stay as they are.

    Raises ValidationError while there is money in its wallet, something is owed either way, or a session runs on it.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.is_closed:
        return account
    _check_settled(account)
    account.closed_at = clock.now()
    account.save(update_fields=["closed_at"])
    _record(actor, "account.closed", account, account.name)
    return account


@transaction.atomic
def account_reopen(account: Account, actor: Actor) -> Account:
    """Let a closed account be charged again; its tags work again."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.is_closed:
        account.closed_at = None
        account.save(update_fields=["closed_at"])
        _record(actor, "account.reopened", account, account.name)
    return account


@transaction.atomic
def member_set(
    account: Account, user: User, role: AccountRole, actor: Actor, *, budget_minor: int | None = None
) -> AccountMembership:
    """Add a person to an account, or change role and budget. Raises ValidationError when no owner would be left."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if role != AccountRole.OWNER:
        _keep_owner(account, user)
    member, _ = AccountMembership.objects.update_or_create(
        account=account, user=user, defaults={"role": role, "budget_minor": budget_minor}
    )
    _record(actor, "account.member_set", account, account.name, member=user.email, role=role)
    return member


@transaction.atomic
def member_remove(account: Account, user: User, actor: Actor) -> None:
    """Remove a person from an account. Raises ValidationError when no owner would be left."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    _keep_owner(account, user)
    AccountMembership.objects.filter(account=account, user=user).delete()
    _record(actor, "account.member_removed", account, account.name, member=user.email)


def person_named(email: str) -> User:
    """Who signed up with this address. Raises ValidationError when nobody did."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise ValidationError({"email": "Nobody with this address has signed up yet."})
    return found


def _keep_wallet(account: Account, mode: str) -> None:
    """Money in a wallet needs the account to stay prepaid."""
    if account.has_wallet and mode != BillingMode.PREPAID and wallet_minor(account):
        raise ValidationError({"billing_mode": "bring the wallet to zero first"})


def _check_settled(account: Account) -> None:
    if wallet_minor(account):
        raise ValidationError("There is money in its wallet, or missing from it: bring it to zero first.")
    if receivable_minor(account):
        raise ValidationError("Something is still owed: bring it to zero first.")
    if account.subscriptions.exclude(ends_at__lte=clock.now()).exists():
        raise ValidationError("A subscription runs on it: cancel it, and wait for the end of its month.")
    if account.agreements.filter(transaction__state__in=OPEN_STATES).exists():
        raise ValidationError("A session runs on it: wait until it is over.")


def _keep_owner(account: Account, user: User) -> None:
    """An account of people keeps an owner; one without any people needs none."""
    people = account.memberships.exclude(user=user)
    is_owner = account.memberships.filter(user=user, role=AccountRole.OWNER).exists()
    if is_owner and not people.filter(role=AccountRole.OWNER).exists():
        raise ValidationError({"role": "an account needs at least one owner"})


def _record(actor: Actor, action: str, row: Party | Account, label: str, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=row.organisation_id, subject=row.public_id, label=label, **detail
    )
