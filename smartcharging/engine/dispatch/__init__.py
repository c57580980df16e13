"""From grants to messages: decreases first and at once, increases when there is surely room for them. Pure.

    outbox = dispatch(wiring, budget.available, grants.amps, channels, bucket, now_s)
    for order in outbox.orders:                      # to be sent in this order
        channels[order.outlet] = ordered(channels[order.outlet], order, now_s)
    channels[outlet] = confirmed(channel, now_s)     # or refused, unanswered, lost, back, drawn

A channel is what is known of one outlet: what it confirmed, what it may have been told, whether it obeys.
"""

from smartcharging.engine.dispatch.bucket import Bucket
from smartcharging.engine.dispatch.channel import Channel, DispatchRules, Form, forms
from smartcharging.engine.dispatch.obedience import Obedience, drawn
from smartcharging.engine.dispatch.orders import Order, Outbox, Sort, dispatch
from smartcharging.engine.dispatch.stopping import to_stop
from smartcharging.engine.dispatch.transitions import (
    back,
    begun,
    claim,
    confirmed,
    ended,
    lost,
    ordered,
    refused,
    restored,
    unanswered,
)

__all__ = [
    "Bucket",
    "Channel",
    "DispatchRules",
    "Form",
    "Obedience",
    "Order",
    "Outbox",
    "Sort",
    "back",
    "begun",
    "claim",
    "confirmed",
    "dispatch",
    "drawn",
    "ended",
    "forms",
    "lost",
    "ordered",
    "refused",
    "restored",
    "to_stop",
    "unanswered",
]
