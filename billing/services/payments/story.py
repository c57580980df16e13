"""A payment told in sentences: what was asked of the provider, what it told, what was given back."""

from dataclasses import dataclass
from datetime import datetime

from billing.choices import CallKind, CallState, DisputeState, PaymentPurpose, RefundState
from billing.models import PaymentCall, PaymentDispute, PaymentIntent, ProviderEvent, Refund
from chargers.choices import AVAILABLE, CHARGING, WAITING

_ASKED = {
    CallKind.AUTHORISE: "hold the amount",
    CallKind.INCREMENT: "raise the hold",
    CallKind.CAPTURE: "capture",
    CallKind.CANCEL: "release the hold",
    CallKind.REFUND: "give back",
}
_ENDED = {
    CallState.SENT: "no answer yet",
    CallState.DONE: "done",
    CallState.REFUSED: "refused",
    CallState.DROPPED: "did not take effect, and is not wanted any more",
}
_REFUNDS = {
    RefundState.NEW: "asked for",
    RefundState.PENDING: "on its way",
    RefundState.DONE: "paid out",
    RefundState.FAILED: "did not arrive; the books took it back",
}
_DISPUTES = {
    DisputeState.OPEN: "the payer's bank takes it back until it is decided",
    DisputeState.WON: "decided for us",
    DisputeState.LOST: "decided for the payer",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `minor` is an amount of the payment's currency, None where there is none."""

    at: datetime
    what: str
    tone: str
    minor: int | None = None
    note: str = ""


def moments(intent: PaymentIntent) -> list[Moment]:
    """Everything that happened to a payment, the earliest first."""
    told = [
        Moment(intent.created_at, "Payment opened", WAITING, intent.requested_minor),
        *map(_call, intent.calls.all()),
        *map(_event, intent.events.all()),
        *map(_refund, intent.refunds.all()),
        *map(_dispute, intent.disputes.all()),
    ]
    if intent.stop_asked_at is not None:
        told.append(Moment(intent.stop_asked_at, "The station was asked to stop charging", CHARGING))
    return sorted(told, key=lambda moment: moment.at)


def _call(call: PaymentCall) -> Moment:
    tries = f" after {call.attempts} tries" if call.attempts > 1 else ""
    what = f"Asked the provider to {_ASKED[CallKind(call.kind)]}: {_ENDED[CallState(call.state)]}{tries}"
    if call.kind == CallKind.AUTHORISE and call.intent.purpose != PaymentPurpose.SESSION:
        what = what.replace("hold the amount", "take the amount")
    return Moment(call.sent_at, what, call.tone, call.amount_minor or None, call.note)


def _event(event: ProviderEvent) -> Moment:
    times = f", {event.deliveries} times" if event.deliveries > 1 else ""
    looked = "" if event.processed_at else " - not looked into yet"
    return Moment(
        event.received_at, f"The provider told: {event.type}{times}{looked}", AVAILABLE, note=event.note
    )


def _refund(refund: Refund) -> Moment:
    who = refund.actor_label.partition(": ")[2] or refund.actor_label
    what = f"Refund by {who}: {_REFUNDS[RefundState(refund.state)]}"
    return Moment(refund.created_at, what, refund.tone, refund.amount_minor, refund.reason)


def _dispute(dispute: PaymentDispute) -> Moment:
    what = f"Dispute: {_DISPUTES[DisputeState(dispute.state)]}"
    return Moment(dispute.opened_at, what, dispute.tone, dispute.amount_minor)
