"""The rows of an EVSE as the engine's channel: what it confirmed, what it may have been told, whether it obeys."""

from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any

from django.conf import settings

from chargers.domain import RateUnit

from ..engine.dispatch import Channel, DispatchRules, Form, forms
from ..engine.dispatch.channel import Told
from ..profiles import Shape, read_body
from ..services.installing import ANSWERED_WITHIN_S, still_possible
from .place import Place
from .remembering import memory_of


def rules() -> DispatchRules:
    """The patience of this installation."""
    given = settings.BALANCE
    return DispatchRules(
        deadband_a=given["DEADBAND_A"],
        deadband_share=given["DEADBAND_SHARE"],
        raise_every_s=given["INCREASE_EVERY"],
        message_every_s=given["MESSAGE_EVERY"],
        answer_within_s=ANSWERED_WITHIN_S,
        life_s=given["HOLD"],
        renew_s=given["HOLD"] - given["RENEW"],
        excess_s=given["DISOBEDIENCE"],
    )


def channel_of(place: Place, now: datetime) -> Channel:
    """The channel of a car's EVSE; times are seconds since 1970 UTC."""
    memory = memory_of(place)
    failsafe_a = None if place.is_failsafe_unknown(now) else place.failsafe_a(now)
    channel = Channel(
        outlet=place.id,
        hardware_a=place.wired.maximum_a,
        failsafe_a=failsafe_a,
        confirmed_a=failsafe_a,
        raised_at_s=memory.get("raised_at_s", -inf),
        online=place.is_trusted,
        uncontrolled=place.is_uncontrolled,
        forms=forms_of(place),
        above_since_s=memory.get("above_since_s"),
        above=memory.get("above", 0),
        resent=memory.get("resent", False),
    )
    return _told(channel, place, now)


def _told(channel: Channel, place: Place, now: datetime) -> Channel:
    """With what was sent for the transaction that runs."""
    row = place.control
    if row is None or place.transaction is None:
        return channel
    entries = place.of_transaction(still_possible(row.possible, now))
    held = next((one for one in entries if one["confirmed"] and one["body"] and not one["until"]), None)
    confirmed_a, until_s = channel.confirmed_a, inf
    if held is not None:
        body = read_body(held["body"])
        confirmed_a, until_s = body.steps[0].amps, body.ends_at.timestamp() if body.ends_at else inf
    waiting = tuple(_sent(one) for one in entries if one["body"] and not one["confirmed"])
    late = sum(1 for one in waiting if one.at_s < now.timestamp() - ANSWERED_WITHIN_S)
    return replace(
        channel, confirmed_a=confirmed_a, until_s=until_s, told=waiting, before=_settling(entries), unanswered=late,
        told_at_s=row.sent_at.timestamp() if row.sent_at and entries else -inf,
        form=min(row.refusals, len(channel.forms) - 1),
    )  # fmt: skip


def _sent(entry: dict[str, Any]) -> Told:
    return Told(read_body(entry["body"]).steps[0].amps, datetime.fromisoformat(entry["sent_at"]).timestamp())


def _settling(entries: list[dict[str, Any]]) -> tuple[Told, ...]:
    ended = [one for one in entries if one["until"] and one["body"]]
    return tuple(
        Told(read_body(one["body"]).steps[0].amps, datetime.fromisoformat(one["until"]).timestamp())
        for one in ended
    )


def forms_of(place: Place) -> tuple[Form, ...]:
    """How the station can be told, best first."""
    known = place.standing.capabilities if place.standing else {}
    return forms(known.get("units") or ("A", "W"), direct_current=place.outlet.direct_current)


def shape_of(place: Place, form: Form) -> Shape:
    """A form in the words of a profile, as far as the station takes them."""
    known = place.standing.capabilities if place.standing else {}
    most = 1 if form.short else int(known.get("max_periods", Shape().most_steps))
    return Shape(
        RateUnit(form.unit), most, min(int(known.get("max_level", 1)), 1), place.outlet.direct_current
    )
