"""Campaigns of vouchers: made with one code for everybody or a batch for single use, and stopped."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.choices import VoucherKind
from billing.models import VoucherCampaign, VoucherCode
from chargers.models import Site
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .codes import SHORTEST, codes_drawn, plain_code

# What one slip of the hand may promise, for each redemption, and how many codes are made at once.
MOST_MINOR: Final = 1_000_000
MOST_WH: Final = 10_000_000
MOST_CODES: Final = 10_000
MOST_DAYS: Final = 3650
MOST_PER_ACCOUNT: Final = 100


@transaction.atomic
def campaign_create(
    organisation: Organisation, actor: Actor, *, sites: Sequence[Site] = (), code: str = "", count: int = 0,
    **facts: Any,
) -> VoucherCampaign:  # fmt: skip
    """A campaign with a code for everybody, or so many codes for single use; facts are fields of `VoucherCampaign`.

    Raises ValidationError naming the field.
    """
    campaign = VoucherCampaign(organisation=organisation, **facts)
    _check(campaign, sites)
    if bool(code) == bool(count):
        raise ValidationError(
            {"code": "give a code for everybody, or how many codes for single use are wanted"}
        )
    campaign.full_clean()
    campaign.save()
    campaign.sites.set(sites)
    _record(actor, "voucher.campaign_created", campaign, kind=campaign.kind)
    if code:
        _shared(campaign, code)
    else:
        codes_make(campaign, count, actor)
    return campaign


@transaction.atomic
def codes_make(campaign: VoucherCampaign, count: int, actor: Actor) -> list[VoucherCode]:
    """More codes for single use. Raises ValidationError for a stopped campaign, or too many at once."""
    campaign = _locked(campaign)
    if not 1 <= count <= MOST_CODES:
        raise ValidationError({"count": f"is not from 1 to {MOST_CODES}"})
    if campaign.stopped_at is not None or campaign.ends_at <= clock.now():
        raise ValidationError({"count": "the campaign is over: its codes can no longer be redeemed"})
    rows = [
        VoucherCode(organisation_id=campaign.organisation_id, campaign=campaign, code=code)
        for code in codes_drawn(count)
    ]
    made = VoucherCode.objects.bulk_create(rows, batch_size=1000)
    _record(actor, "voucher.codes_made", campaign, count=count)
    return made


@transaction.atomic
def campaign_stop(campaign: VoucherCampaign, actor: Actor) -> VoucherCampaign:
    """Let nobody redeem its codes any more. Who has redeemed one keeps what it gives; a second stop changes nothing."""
    campaign = _locked(campaign)
    if campaign.stopped_at is None:
        campaign.stopped_at = clock.now()
        campaign.save(update_fields=["stopped_at"])
        _record(actor, "voucher.campaign_stopped", campaign)
    return campaign


def _locked(campaign: VoucherCampaign) -> VoucherCampaign:
    return VoucherCampaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _shared(campaign: VoucherCampaign, typed: str) -> None:
    code = plain_code(typed)
    if len(code) < SHORTEST:
        raise ValidationError({"code": f"at least {SHORTEST} letters and digits, without accents"})
    if VoucherCode.objects.filter(organisation_id=campaign.organisation_id, code=code).exists():
        raise ValidationError({"code": "another campaign has this code"})
    VoucherCode.objects.create(
        organisation_id=campaign.organisation_id, campaign=campaign, code=code, most=campaign.most
    )


def _check(campaign: VoucherCampaign, sites: Sequence[Site]) -> None:
    gives = {
        VoucherKind.CREDIT: ("amount_minor", MOST_MINOR),
        VoucherKind.ENERGY: ("energy_wh", MOST_WH),
        VoucherKind.PERCENT: ("percent", Decimal(100)),
    }
    if campaign.kind not in gives:
        raise ValidationError({"kind": f"is not one of {', '.join(VoucherKind.values)}"})
    for kind, (field, most) in gives.items():
        value = getattr(campaign, field)
        if campaign.kind == kind and not 0 < value <= most:
            raise ValidationError({field: f"is not above 0 and at most {most}"})
        if campaign.kind != kind and value:
            raise ValidationError({field: f"is not what a voucher of the kind {campaign.kind} gives"})
    _check_bounds(campaign, sites)


def _check_bounds(campaign: VoucherCampaign, sites: Sequence[Site]) -> None:
    if campaign.ends_at <= campaign.starts_at:
        raise ValidationError({"ends_at": "is not after the begin"})
    if campaign.most == 0:
        raise ValidationError({"most": "is not above 0"})
    if not 1 <= campaign.most_per_account <= MOST_PER_ACCOUNT:
        raise ValidationError({"most_per_account": f"is not from 1 to {MOST_PER_ACCOUNT}"})
    if campaign.lasts_days is not None and not 1 <= campaign.lasts_days <= MOST_DAYS:
        raise ValidationError({"lasts_days": f"is not from 1 to {MOST_DAYS}"})
    if any(site.organisation_id != campaign.organisation_id for site in sites):
        raise ValidationError({"sites": "one of them belongs to another organisation"})


def _record(actor: Actor, action: str, campaign: VoucherCampaign, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=campaign.organisation_id, subject=campaign.public_id, label=campaign.name,
        **detail,
    )  # fmt: skip
