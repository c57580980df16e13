"""Redeeming a code for an account: counted under the lock of the campaign, bounded by the database."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from billing.choices import BillingMode, VoucherKind
from billing.models import Account, EnergyGrant, VoucherCampaign, VoucherCode, VoucherRedemption
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .codes import plain_code

# The clock of a station may be behind: who redeems at the charger and starts then has begun after it all the same.
CLOCKS: Final = timedelta(minutes=5)
# Guests pay each session by itself, and who is free of charge needs none.
REDEEMING: Final = (BillingMode.PREPAID, BillingMode.POSTPAID, BillingMode.INTERNAL)


class Why(StrEnum):
    """Why a code was not redeemed."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    OVER = "over"
    STOPPED = "stopped"
    USED_UP = "used_up"
    HAD_IT = "had_it"
    CURRENCY = "currency"
    ACCOUNT = "account"


class NotRedeemed(Exception):
    """The code gives this account nothing; `why` says what is in the way, `campaign` whose code it is, if anybody's."""

    def __init__(self, why: Why, campaign: VoucherCampaign | None = None) -> None:
        super().__init__(_TEXTS[why])
        self.why = why
        self.campaign = campaign


_TEXTS: Final = {
    Why.UNKNOWN: "no voucher has this code",
    Why.NOT_YET: "the voucher cannot be redeemed yet",
    Why.OVER: "the voucher can no longer be redeemed",
    Why.STOPPED: "the voucher can no longer be redeemed",
    Why.USED_UP: "the voucher was redeemed as often as it can be",
    Why.HAD_IT: "the account has redeemed this voucher as often as it may",
    Why.CURRENCY: "the voucher is in another currency than the account",
    Why.ACCOUNT: "this account cannot redeem vouchers",
}


@transaction.atomic
def voucher_redeem(account: Account, typed: str, actor: Actor) -> VoucherRedemption:
    """Give an account what a code promises, from now on. Raises `NotRedeemed`.

    The code is read without regard to case, dashes and blanks. Sessions that have begun before get nothing of it.
    """
    found = _found(account, typed)
    # The campaign's row is the lock: whoever comes second finds the counts of the first.
    campaign = VoucherCampaign.objects.select_for_update(no_key=True).get(pk=found.campaign_id)
    code, now = VoucherCode.objects.get(pk=found.pk), clock.now()
    had = VoucherRedemption.objects.filter(campaign=campaign, account=account).count()
    _check(campaign, code, account, had, now)
    redemption = _made(campaign, code, account, had + 1, now)
    audit.record(
        actor, "voucher.redeemed", organisation_id=account.organisation_id, subject=redemption.public_id,
        label=campaign.name, account=account.public_id,
    )  # fmt: skip
    return redemption


def _found(account: Account, typed: str) -> VoucherCode:
    if account.is_closed or account.billing_mode not in REDEEMING:
        raise NotRedeemed(Why.ACCOUNT)
    code = plain_code(typed)
    found = VoucherCode.objects.filter(organisation_id=account.organisation_id, code=code).first()
    if found is None:
        raise NotRedeemed(Why.UNKNOWN)
    return found


def _check(campaign: VoucherCampaign, code: VoucherCode, account: Account, had: int, now: datetime) -> None:
    for why, is_so in (
        (Why.STOPPED, campaign.stopped_at is not None),
        (Why.NOT_YET, now < campaign.starts_at),
        (Why.OVER, now >= campaign.ends_at),
        (Why.HAD_IT, had >= campaign.most_per_account),
        (Why.USED_UP, _is_used_up(campaign.redeemed, campaign.most)),
        (Why.USED_UP, _is_used_up(code.redeemed, code.most)),
        (Why.CURRENCY, campaign.currency != account.currency),
    ):
        if is_so:
            raise NotRedeemed(why, campaign)


def _is_used_up(redeemed: int, most: int | None) -> bool:
    return most is not None and redeemed >= most


def _made(
    campaign: VoucherCampaign, code: VoucherCode, account: Account, number: int, now: datetime
) -> VoucherRedemption:
    for row in (campaign, code):
        row.redeemed += 1
        row.save(update_fields=["redeemed"])
    redemption = VoucherRedemption(
        organisation_id=account.organisation_id, campaign=campaign, code=code, account=account, number=number,
        most_per_account=campaign.most_per_account, starts_at=now - CLOCKS, ends_at=_end(campaign, now),
        currency=account.currency,
    )  # fmt: skip
    if campaign.kind == VoucherKind.CREDIT:
        redemption.granted_minor = campaign.amount_minor
    if campaign.kind == VoucherKind.ENERGY:
        redemption.grant = _grant(redemption)
    redemption.save()
    return redemption


def _end(campaign: VoucherCampaign, now: datetime) -> datetime:
    return now + timedelta(days=campaign.lasts_days) if campaign.lasts_days else campaign.ends_at


def _grant(redemption: VoucherRedemption) -> EnergyGrant:
    campaign = redemption.campaign
    return EnergyGrant.objects.create(
        organisation_id=redemption.organisation_id, account=redemption.account, name=campaign.name,
        granted_wh=campaign.energy_wh, starts_at=redemption.starts_at, ends_at=redemption.ends_at,
    )  # fmt: skip
