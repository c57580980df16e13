"""Whose station at home it is, and what a kWh is worth there."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from billing.choices import BillingMode, HomeRateKind
from billing.models import Account, HomeRate, HomeStation
from chargers.models import ChargingStation
from cpms.accounts.models import User
from cpms.core import audit
from cpms.core.actors import Actor

_MODES = (BillingMode.POSTPAID, BillingMode.INTERNAL)


@transaction.atomic
def home_add(
    station: ChargingStation, account: Account, employee: User, rate: tuple[HomeRateKind, Decimal], valid_from: date,
    actor: Actor,
) -> HomeStation:  # fmt: skip
    """A station at the home of a member of an employer's account, with its first rate for a kWh.

    Raises ValidationError naming the field.
    """
    # The station's row is the lock: of two at once the second finds the first.
    ChargingStation.objects.select_for_update(no_key=True).only("pk").get(pk=station.pk)
    if account.organisation_id != station.organisation_id or account.billing_mode not in _MODES:
        raise ValidationError({"account": "must be on invoice or internal, and of the same organisation"})
    if not account.memberships.filter(user=employee).exists():
        raise ValidationError({"employee": f"{employee} does not belong to {account.name}"})
    others = HomeStation.objects.filter(station=station).filter(Q(ended_on=None) | Q(ended_on__gt=valid_from))
    if (other := others.first()) is not None:
        raise ValidationError({"station": f"it counts for {other.employee_name} then: end that first"})
    home = HomeStation.objects.create(
        organisation_id=station.organisation_id, station=station, account=account, employee=employee,
        employee_name=employee.label[:160], valid_from=valid_from,
    )  # fmt: skip
    rate_add(home, *rate, valid_from, actor)
    _record(home, actor, "home_station.added", account=account.public_id)
    return home


@transaction.atomic
def rate_add(
    home: HomeStation, kind: HomeRateKind, per_kwh: Decimal, valid_from: date, actor: Actor
) -> HomeRate:
    """Another rate from a day on. Raises ValidationError for a day in a month that was told, or with a rate already."""
    home = HomeStation.objects.select_for_update(no_key=True).get(pk=home.pk)
    if per_kwh <= 0:
        raise ValidationError({"per_kwh": "must be above zero"})
    if valid_from < home.valid_from or home.rates.filter(valid_from=valid_from).exists():
        raise ValidationError({"valid_from": "is before the station counts, or has a rate already"})
    _check_untold(home, valid_from)
    made = HomeRate.objects.create(home=home, kind=kind, per_kwh=per_kwh, valid_from=valid_from)
    _record(home, actor, "home_station.rate_added", per_kwh=str(per_kwh), day=valid_from.isoformat())
    return made


@transaction.atomic
def home_end(home: HomeStation, day: date, actor: Actor) -> HomeStation:
    """Sessions that end on this day or later are not paid back. Raises ValidationError naming the field."""
    home = HomeStation.objects.select_for_update(no_key=True).get(pk=home.pk)
    if home.ended_on is not None or day <= home.valid_from:
        raise ValidationError({"ended_on": "it has ended, or would before it began"})
    _check_untold(home, day)
    home.ended_on = day
    home.save(update_fields=["ended_on"])
    _record(home, actor, "home_station.ended", day=day.isoformat())
    return home


def _check_untold(home: HomeStation, day: date) -> None:
    told = home.lines.order_by("-reimbursement__month").values_list("reimbursement__month", flat=True).first()
    if told is not None and day.replace(day=1) <= told:
        raise ValidationError({"valid_from": f"{told:%Y-%m} was told already: choose a later month"})


def _record(home: HomeStation, actor: Actor, action: str, **detail: str) -> None:
    audit.record(
        actor, action, organisation_id=home.organisation_id, subject=home.public_id, label=str(home), **detail
    )
