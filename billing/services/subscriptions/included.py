"""What an account has agreed beside the tariff for a session, and the energy that its ratings take of what is included.

A rating takes energy in the transaction that stores it, under the lock of the grants: sessions that end at the same
time never take more than there is. What a session holds is the most that any of its living ratings needs.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from billing.choices import RatingState
from billing.models import Account, EnergyGrant, EnergyUse, PlanVersion, Rating, Subscription
from billing.pricing.rounding import plain
from billing.services.books.refusals import BooksRefuse
from billing.services.ratings.agreed import agreed_in, uses_wh
from billing.services.vouchers.giving import percents_for
from chargers.models import IdTagGroup, Transaction
from cpms.core import clock

from .periods import periods_charge
from .subscribing import running

logger = logging.getLogger(__name__)
# A rating in one of these states holds the energy that it takes.
_HOLDING = (RatingState.FINAL, RatingState.HELD, RatingState.PROPOSED)


def plan_group(account: Account | None, at: datetime) -> IdTagGroup | None:
    """The group whose tariffs an account gets by its plan at an instant, if its plan names one."""
    found = running(account, at) if account else None
    return found.version.group if found else None


def agreed_for(
    account: Account | None, at: datetime, site_id: int | None, session: Transaction | None = None
) -> dict[str, Any] | None:
    """What holds for a session of an account that begins at an instant at a site, as facts of its rating; None for
    nothing.

    What the session itself has taken counts as left for it. `session` None: one that is thought of.
    """
    if account is None:
        return None
    found = running(account, at)
    if found is not None and at <= clock.now():
        _charge(found, at)
    agreed: dict[str, Any] = {"grants": _grants(account, at, site_id, session)}
    version = found.version if found else None
    agreed |= {"free_starts": [], "rebates": [], "percents": []} if version is None else _of_plan(version)
    agreed["percents"] = [*agreed["percents"], *percents_for(account, at, site_id)]
    return agreed if any(agreed.values()) else None


def _charge(subscription: Subscription, at: datetime) -> None:
    """A month that has begun and was not charged yet, as after an outage, gives its energy all the same."""
    if subscription.periods.filter(ends_at__gt=at).exists():
        return
    try:
        periods_charge(subscription)
    except (BooksRefuse, ValidationError):
        logger.exception("subscription %s was not charged", subscription.public_id)


def _of_plan(version: PlanVersion) -> dict[str, Any]:
    name = version.plan.name
    rebate, percent = version.rebate_per_kwh, version.percent
    rebates = [{"name": name, "per_kwh": plain_text(rebate), "currency": version.currency}] if rebate else []
    return {
        "free_starts": [name] if version.has_free_start else [],
        "rebates": rebates,
        "percents": [{"name": name, "percent": plain_text(percent)}] if percent else [],
    }


def plain_text(value: Any) -> str:
    """A decimal with no zeros behind."""
    return plain(value.as_integer_ratio()[0]) if value == int(value) else format(value.normalize(), "f")


def grants_at(account: Account, at: datetime, site_id: int | None) -> QuerySet[EnergyGrant]:
    """What is included for a session that begins at an instant at a site, what ends first before the rest."""
    # Those of a plan hold everywhere, those of a voucher where its campaign does.
    here = Q(voucher__campaign__sites=None) | Q(voucher__campaign__sites=site_id)
    rows = EnergyGrant.objects.filter(here, account=account, starts_at__lte=at, ends_at__gt=at)
    return rows.order_by("ends_at", "pk")


def _grants(
    account: Account, at: datetime, site_id: int | None, session: Transaction | None
) -> list[dict[str, Any]]:
    grants = list(grants_at(account, at, site_id))
    own = dict(_uses(session).values_list("grant_id", "used_wh")) if session and grants else {}
    return [
        {
            "grant": grant.public_id,
            "name": grant.name,
            "granted_wh": grant.granted_wh,
            "left_wh": grant.left_wh + own.get(grant.pk, 0),
        }
        for grant in grants
    ]


def _uses(session: Transaction) -> QuerySet[EnergyUse]:
    return EnergyUse.objects.filter(transaction=session)


def has_grants(facts: str) -> bool:
    """Whether any energy was included for the session."""
    return bool((agreed_in(facts) or {}).get("grants"))


def grants_lock(session: Transaction, facts: str) -> None:
    """Hold the session and the grants that its facts name until the commit (call inside a transaction)."""
    Transaction.objects.select_for_update(no_key=True).only("pk").get(pk=session.pk)
    ids = [grant["grant"] for grant in (agreed_in(facts) or {}).get("grants", [])]
    list(EnergyGrant.objects.select_for_update(no_key=True).filter(public_id__in=ids).order_by("pk"))


def uses_settle(session: Transaction) -> None:
    """Let the session hold what its living ratings need of each grant, no more and no less (inside a transaction)."""
    ratings = list(Rating.objects.filter(transaction=session, state__in=_HOLDING).only("facts", "result"))
    wanted = _most(uses_wh(rating.facts, rating.result) for rating in ratings)
    known = {use.grant.public_id: use for use in _uses(session).select_related("grant")}
    grants = EnergyGrant.objects.select_for_update(no_key=True).filter(
        public_id__in=wanted.keys() | known.keys()
    )
    for grant in grants.order_by("pk"):
        _hold(grant, session, known.get(grant.public_id), wanted.get(grant.public_id, 0))


def _most(uses: Iterable[dict[str, int]]) -> dict[str, int]:
    most: dict[str, int] = {}
    for use in uses:
        most |= {grant: max(wh, most.get(grant, 0)) for grant, wh in use.items()}
    return most


def _hold(grant: EnergyGrant, session: Transaction, use: EnergyUse | None, wh: int) -> None:
    before = use.used_wh if use else 0
    if wh == before:
        return
    grant.used_wh += wh - before
    grant.save(update_fields=["used_wh"])
    EnergyUse.objects.update_or_create(grant=grant, transaction=session, defaults={"used_wh": wh})
