"""What a session would cost: the same choice of tariff and the same engine as for a real one, nothing stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.models import Account, PriceAgreement, Rating
from billing.pricing.errors import Refused
from billing.services.subscriptions.included import agreed_for, plan_group
from billing.services.tariffs.choice import tariff_choose_for
from chargers.models import ChargingStation, IdTagGroup, Transaction
from cpms.core import clock

from .agreed import with_agreed
from .agreements import chosen
from .evidence import country_of, zone_of
from .rows import rating_price


@dataclass(frozen=True, slots=True)
class Asked:
    """A session that is thought of: where, for whom, when, how much energy at which power, and how long idle after it.

    Without a power the energy flows evenly over `duration_s`; with one, charging takes as long as it takes, and what is
    left of the duration the vehicle stands idle. `account` pays: what it has agreed and has left counts.
    """

    station: ChargingStation
    evse_no: int
    group: IdTagGroup | None
    starts_at: datetime
    energy_wh: int
    duration_s: int | None = None
    power_w: int | None = None
    account: Account | None = None


class NoDuration(ValueError):
    """Neither a duration nor a power was given, or the duration is too short for the energy at that power."""


def quote(asked: Asked) -> Rating:
    """The price as a rating that is not saved; its `gross_minor` is None where no tariff applies.

    Raises `NoDuration`, `Refused` for what the engine cannot rate.
    """
    plan = plan_group(asked.account, asked.starts_at)
    group_id = asked.group.pk if asked.group else None
    choice = tariff_choose_for(asked.station, asked.evse_no, group_id, asked.starts_at, plan)
    agreed = agreed_for(asked.account, asked.starts_at, asked.station.site_id)
    now = clock.now()
    rating = Rating(
        organisation_id=asked.station.organisation_id, transaction=Transaction(station=asked.station),
        version=choice.version, choice=chosen(choice), facts=with_agreed(_facts(asked), agreed),
        energy_wh=asked.energy_wh, ended_at=_times(asked)[1], rated_at=now, checked_at=now,
    )  # fmt: skip
    rating_price(rating)
    return rating


@dataclass(frozen=True, slots=True)
class Course:
    """How energy will flow into a car: Wh since `starts_at` by when, in order of time; it stays until `leaves_at`."""

    starts_at: datetime
    reached: tuple[tuple[datetime, int], ...]
    leaves_at: datetime


def quote_course(agreement: PriceAgreement, station: ChargingStation, course: Course) -> Rating:
    """What such a course costs by what was agreed for a session, as a rating that is not saved.

    Its `gross_minor` is None where no tariff applies. Raises `Refused` for what the engine cannot rate.
    """
    agreed = agreed_for(agreement.account, course.starts_at, station.site_id)
    now = clock.now()
    rating = Rating(
        organisation_id=station.organisation_id, transaction=Transaction(station=station), version=agreement.version,
        choice=agreement.choice, facts=with_agreed(_course_facts(station, course), agreed),
        energy_wh=course.reached[-1][1], ended_at=course.leaves_at, rated_at=now, checked_at=now,
    )  # fmt: skip
    rating_price(rating)
    return rating


def _course_facts(station: ChargingStation, course: Course) -> dict[str, Any]:
    done, energy_wh = course.reached[-1]
    readings = [{"t": at.isoformat(), "value": wh} for at, wh in course.reached if at < course.leaves_at]
    idle = [{"t": done.isoformat(), "state": "suspended_ev"}] if done < course.leaves_at else []
    meter = {
        "max_power_kw": Decimal(10**6), "session_start": course.starts_at.isoformat(), "meter_start_wh": 0,
        "meter_stop": {"t": course.leaves_at.isoformat(), "wh": energy_wh}, "readings": readings,
    }  # fmt: skip
    return {
        "meter": meter,
        "states": [{"t": course.starts_at.isoformat(), "state": "charging"}, *idle],
        "start": course.starts_at.isoformat(),
        "now": course.leaves_at.isoformat(),
        "zone": zone_of(station),
        "country": country_of(station),
        "set_aside": False,
        "doubts": [],
    }


def _times(asked: Asked) -> tuple[datetime, datetime]:
    """When charging ends and when the vehicle leaves."""
    if not asked.power_w and not asked.duration_s:
        raise NoDuration("give duration_s, power_w or both")
    if not asked.power_w:
        left = asked.starts_at + timedelta(seconds=asked.duration_s or 0)
        return left, left
    charged = asked.starts_at + timedelta(seconds=-(-asked.energy_wh * 3600 // asked.power_w))
    left = asked.starts_at + timedelta(seconds=asked.duration_s) if asked.duration_s else charged
    if left < charged:
        raise NoDuration(f"takes {(charged - asked.starts_at).total_seconds():.0f} s at that power")
    return charged, left


def _facts(asked: Asked) -> dict[str, Any]:
    charged, left = _times(asked)
    readings = [{"t": charged.isoformat(), "value": asked.energy_wh}] if charged < left else []
    idle = [{"t": charged.isoformat(), "state": "suspended_ev"}] if charged < left else []
    return {
        "meter": {
            "max_power_kw": Decimal(10**6),
            "session_start": asked.starts_at.isoformat(),
            "meter_start_wh": 0,
            "meter_stop": {"t": left.isoformat(), "wh": asked.energy_wh},
            "readings": readings,
        },
        "states": [{"t": asked.starts_at.isoformat(), "state": "charging"}, *idle],
        "start": asked.starts_at.isoformat(),
        "now": left.isoformat(),
        "zone": zone_of(asked.station),
        "country": country_of(asked.station),
        "set_aside": False,
        "doubts": [],
    }


__all__ = ["Asked", "Course", "NoDuration", "Refused", "quote", "quote_course"]
