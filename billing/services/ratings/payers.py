"""Whose account pays for the sessions of an ID tag: that of the tag itself, else that of its group."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import Account, AccountGroup, AccountTag
from chargers.models import IdTag, IdTagGroup
from cpms.accounts.models import Organisation, User
from cpms.core import audit
from cpms.core.actors import Actor


def payer_of(id_tag: IdTag | None) -> tuple[int | None, int | None]:
    """Keys of the account that pays for a tag and of the member whose budget it counts against; None where none."""
    if id_tag is None:
        return None, None
    own = AccountTag.objects.filter(id_tag=id_tag).first()
    if own is not None:
        return own.account_id, own.member_id
    of_group = AccountGroup.objects.filter(group_id=id_tag.group_id).first() if id_tag.group_id else None
    return (of_group.account_id if of_group else None), None


def payers_of(tag_keys: Collection[int]) -> dict[int, int]:
    """By the key of each of these tags that somebody pays for, the key of the account."""
    grouped = IdTag.objects.filter(pk__in=tag_keys).exclude(group__payer=None)
    of_groups = dict(grouped.values_list("pk", "group__payer__account"))
    return of_groups | dict(AccountTag.objects.filter(id_tag__in=tag_keys).values_list("id_tag", "account"))


def paying_account(id_tag: IdTag | None) -> Account | None:
    """The account itself that pays for a tag."""
    key, _ = payer_of(id_tag)
    return None if key is None else Account.objects.filter(pk=key).first()


@transaction.atomic
def tag_pay_from(id_tag: IdTag, account: Account, actor: Actor, member: User | None = None) -> AccountTag:
    """Let an account pay for the sessions that begin with a tag from now on.

    Raises ValueError across organisations, ValidationError when the account is closed or the member does not belong
    to it.
    """
    account = _open_account(account, id_tag.organisation_id)
    if member is not None and not account.memberships.filter(user=member).exists():
        raise ValidationError({"member": f"{member} does not belong to {account.name}"})
    link, _ = AccountTag.objects.update_or_create(
        id_tag=id_tag, defaults={"account": account, "member": member}
    )
    _record(actor, "account.tag_linked", account, id_tag=id_tag.public_id)
    return link


@transaction.atomic
def tag_pay_no_more(link: AccountTag, actor: Actor) -> None:
    """Sessions that begin with the tag from now on are not charged to the account; those that run still are."""
    _record(actor, "account.tag_unlinked", link.account, id_tag=link.id_tag.public_id)
    link.delete()


@transaction.atomic
def group_pay_from(group: IdTagGroup, account: Account, actor: Actor) -> AccountGroup:
    """Let an account pay for all tags of a group that have no payer of their own, those added later too.

    Raises ValueError across organisations, ValidationError when the account is closed.
    """
    account = _open_account(account, group.organisation_id)
    link, _ = AccountGroup.objects.update_or_create(group=group, defaults={"account": account})
    _record(actor, "account.group_linked", account, group=group.public_id)
    return link


@transaction.atomic
def group_pay_no_more(link: AccountGroup, actor: Actor) -> None:
    """As `tag_pay_no_more`, for the group."""
    _record(actor, "account.group_unlinked", link.account, group=link.group.public_id)
    link.delete()


def tag_named(organisation: Organisation, uid: str) -> IdTag:
    """The organisation's tag with this number, in any case of letters. Raises ValidationError."""
    found = IdTag.objects.filter(organisation=organisation, uid__iexact=uid.strip()).first()
    if found is None:
        raise ValidationError({"uid": "There is no ID tag of this number."})
    return found


def _open_account(account: Account, organisation_id: int) -> Account:
    if organisation_id != account.organisation_id:
        raise ValueError(f"{account.public_id} belongs to another organisation than the tag")
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.is_closed:
        raise ValidationError({"account": f"{account.name} is closed"})
    return account


def _record(actor: Actor, action: str, account: Account, **detail: str) -> None:
    audit.record(
        actor, action, organisation_id=account.organisation_id, subject=account.public_id,
        label=account.name, **detail,
    )  # fmt: skip
