"""Agreements with site hosts: made, and ended on a day; what was agreed never changes."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from billing.books.sharing import Bearer, Terms
from billing.choices import PartyKind
from billing.models import Party, SettlementAgreement
from billing.pricing.rounding import minor_decimals
from chargers.models import Site
from cpms.core import audit
from cpms.core.actors import Actor

_SHARES = ("percent", "per_kwh", "monthly_fee_minor")


@transaction.atomic
def agreement_make(site: Site, host: Party, actor: Actor, **terms: Any) -> SettlementAgreement:
    """An agreement; `terms` are fields of `SettlementAgreement`. Raises ValidationError naming the field.

    A site has one agreement at a time.
    """
    # The site's row is the lock: of two at once the second finds the first.
    Site.objects.select_for_update(no_key=True).only("pk").get(pk=site.pk)
    made = SettlementAgreement(organisation_id=site.organisation_id, site=site, host=host, **terms)
    made.full_clean(validate_constraints=False)
    _check(made)
    made.save()
    audit.record(
        actor, "settlement_agreement.made", organisation_id=made.organisation_id, subject=made.public_id,
        label=str(made),
    )  # fmt: skip
    return made


def _check(made: SettlementAgreement) -> None:
    if made.host.organisation_id != made.organisation_id or made.host.kind != PartyKind.SITE_HOST:
        raise ValidationError({"host": "must be a site host of the same organisation"})
    if not any(getattr(made, name) for name in _SHARES):
        raise ValidationError(
            {"percent": "say what the host gets: a percentage, so much a kWh, or a monthly fee"}
        )
    for name in ("percent", "card_fee_percent"):
        if not 0 <= getattr(made, name) <= 100:
            raise ValidationError({name: "must be from 0 to 100"})
    if made.per_kwh < 0:
        raise ValidationError({"per_kwh": "must not be below zero"})
    if made.valid_until and made.valid_until <= made.valid_from:
        raise ValidationError({"valid_until": "must be after the first day"})
    _check_free(made)


def _check_free(made: SettlementAgreement) -> None:
    others = SettlementAgreement.objects.filter(site=made.site).exclude(pk=made.pk)
    others = others.filter(Q(valid_until=None) | Q(valid_until__gt=made.valid_from))
    if made.valid_until:
        others = others.filter(valid_from__lt=made.valid_until)
    if (other := others.select_related("host").first()) is not None:
        raise ValidationError(
            {"valid_from": f"{made.site} has an agreement with {other.host} then: end it first"}
        )


@transaction.atomic
def agreement_end(agreement: SettlementAgreement, day: date, actor: Actor) -> SettlementAgreement:
    """Sessions that end on this day or later are not shared any more.

    Raises ValidationError when a statement of that month or a later one was made, or it has ended before.
    """
    agreement = SettlementAgreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.valid_until is not None:
        raise ValidationError({"valid_until": f"it ends on {agreement.valid_until} already"})
    if day <= agreement.valid_from:
        raise ValidationError({"valid_until": "must be after the first day"})
    told = agreement.settlements.order_by("-month").first()
    if told is not None and told.month >= day.replace(day=1):
        raise ValidationError(
            {"valid_until": f"the statement of {told.month:%Y-%m} was made: choose a later month"}
        )
    agreement.valid_until = day
    agreement.save(update_fields=["valid_until"])
    audit.record(
        actor, "settlement_agreement.ended", organisation_id=agreement.organisation_id,
        subject=agreement.public_id, label=str(agreement), day=day.isoformat(),
    )  # fmt: skip
    return agreement


def terms_of(agreement: SettlementAgreement) -> Terms:
    """The agreement as the pure books take it."""
    scale = Decimal(10) ** minor_decimals(agreement.currency)
    return Terms(
        agreement.percent, agreement.per_kwh * scale, agreement.monthly_fee_minor, Bearer(agreement.fees_borne_by),
        agreement.card_fee_percent, agreement.card_fee_minor,
    )  # fmt: skip
