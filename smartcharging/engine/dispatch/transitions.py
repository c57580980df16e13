"""What an outlet's channel is after something happened to it."""

from dataclasses import replace
from math import inf

from smartcharging.engine.dispatch.channel import Channel, DispatchRules, Told
from smartcharging.engine.dispatch.orders import Order
from smartcharging.engine.margin import Claim, Trust


def ordered(channel: Channel, order: Order, now_s: float) -> Channel:
    """The order was put on the wire. Until it is answered, the old and the new value may both hold."""
    now_a = channel.now_a(now_s)
    raises = now_a is not None and order.amps > now_a
    return replace(
        channel,
        told=(*channel.told, Told(order.amps, now_s)),
        told_at_s=now_s,
        raised_at_s=now_s if raises else channel.raised_at_s,
        messages=channel.messages + 1,
        again=False,
    )


def confirmed(channel: Channel, amps: float, now_s: float, rules: DispatchRules | None = None) -> Channel:
    """The station accepted a value it was told; what it was told before is overtaken, what came later may hold too.

    A value it was not told changes nothing.
    """
    rules = rules or DispatchRules()
    place = next((index for index, told in enumerate(channel.told) if told.amps == amps), None)
    if place is None:
        return channel
    recent = [one for one in channel.before if one.at_s > now_s - rules.remember_s]
    return replace(
        channel,
        confirmed_a=amps,
        until_s=channel.told[place].at_s + rules.life_s,
        told=channel.told[place + 1 :],
        before=(*recent, Told(channel.highest_a(now_s), now_s)),
        unanswered=0,
    )


def refused(channel: Channel) -> Channel:
    """The station refused: what it held still holds. The next form is tried; after the last it is uncontrolled."""
    last = channel.form + 1 >= len(channel.forms)
    return replace(
        channel,
        told=channel.told[:-1],
        form=channel.form if last else channel.form + 1,
        uncontrolled=channel.uncontrolled or last,
        told_at_s=-inf,
    )


def unanswered(channel: Channel) -> Channel:
    """No answer in time: the value may hold or not, so it stays among those that may, and is told again."""
    return replace(channel, unanswered=channel.unanswered + 1)


def lost(channel: Channel) -> Channel:
    """The connection is gone. What was told holds on, then decays."""
    return replace(channel, online=False)


def back(channel: Channel, failsafe_a: float) -> Channel:
    """The connection is there again, our profiles were cleared and the fail-safe set was confirmed."""
    return replace(
        channel,
        online=True,
        failsafe_a=failsafe_a,
        confirmed_a=failsafe_a,
        until_s=inf,
        told=(),
        unanswered=0,
        above=0,
        above_since_s=None,
        resent=False,
        again=False,
    )


def begun(channel: Channel, now_s: float) -> Channel:
    """A car came, and may take what the fail-safe limit allows. What it does from now on is watched."""
    return replace(channel, started_at_s=now_s)


def ended(channel: Channel) -> Channel:
    """Its transaction is over, and with it what was told for it (OCPP 1.6 §5.16.2, 2.0.1 K02)."""
    return replace(
        channel,
        confirmed_a=channel.failsafe_a,
        until_s=inf,
        told=(),
        before=(),
        raised_at_s=-inf,
        above=0,
        above_since_s=None,
        resent=False,
        again=False,
        started_at_s=None,
    )


def restored(channel: Channel) -> Channel:
    """Somebody repaired it: it may prove itself again."""
    return replace(channel, uncontrolled=False, form=0, above=0, above_since_s=None, resent=False, obeyed=0)


def stuck(channel: Channel, rules: DispatchRules) -> bool:
    """Whether it was asked in vain too often: what it may take is kept free, and it is asked on."""
    return channel.unanswered >= rules.tries


def claim(
    channel: Channel, now_s: float, measured_a: float | None = None, rules: DispatchRules | None = None
) -> Claim:
    """What must be kept free for the outlet. One that may be told things and does them claims nothing."""
    rules = rules or DispatchRules()
    if channel.uncontrolled:
        trust = Trust.DISOBEDIENT
    elif channel.failsafe_a is None or channel.confirmed_a is None:
        trust = Trust.UNKNOWN
    elif not channel.online:
        trust = Trust.OFFLINE
    elif stuck(channel, rules):
        trust = Trust.UNCONFIRMED
    else:
        unproven = channel.started_at_s is not None and channel.obeyed < rules.proven_readings
        trust = Trust.STARTING if unproven else Trust.TRUSTED
    highest_a = None if trust is Trust.UNKNOWN else channel.highest_a(now_s)
    return Claim(channel.outlet, trust, channel.failsafe_a, highest_a, measured_a)
