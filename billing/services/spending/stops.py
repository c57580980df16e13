"""Asking a station to stop because a limit is about to be reached: once for a session, again when it did not listen."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction as database

from billing.choices import SpendingRule
from billing.events import SpendingStopped
from billing.models import Account, SpendingStop
from billing.tariffs.numbers import money_text
from chargers.choices import OPEN_COMMANDS, OPEN_STATES
from chargers.domain import RemoteStop
from chargers.models import Command, Transaction
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.events import publish

PURPOSE: Final = "spending_limit"
_LIMITS: Final = Actor("spending limit")
# A station that refused, or did not answer, is asked again so often, at such a distance.
MOST_TRIES: Final = 5
_AGAIN_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reached:
    """What is left of the tightest limit, which one that is, and what the session costs so far. Minor units."""

    rule: SpendingRule
    left_minor: int
    running_minor: int
    currency: str


@database.atomic
def spending_stop(session: Transaction, reached: Reached, account: Account | None) -> SpendingStop | None:
    """Ask the station to stop and keep why; None when it was asked before."""
    facts = {
        "organisation_id": session.organisation_id, "account": account, "rule": reached.rule,
        "left_minor": reached.left_minor, "running_minor": reached.running_minor, "currency": reached.currency,
        "asked_at": clock.now(),
    }  # fmt: skip
    # The database has one place for it: of two that look at once the second finds the first one's.
    stop, is_new = SpendingStop.objects.get_or_create(transaction=session, defaults=facts)
    if not is_new:
        return None
    stop.note = _asked(session)
    stop.save(update_fields=["note"])
    _tell(session, stop)
    return stop


def _asked(session: Transaction) -> str:
    """Why the station could not be asked, "" when it was."""
    wish = RemoteStop(session.reference)
    try:
        command_request(session.station, wish, _LIMITS, purpose=PURPOSE, reference=session.public_id)
    except InvalidCommand as error:
        return str(error)[:255]
    return ""


def _tell(session: Transaction, stop: SpendingStop) -> None:
    audit.record(
        _LIMITS, "session.spending_stopped", organisation_id=session.organisation_id, subject=session.public_id,
        label=session.station.identity, rule=stop.rule, left_minor=stop.left_minor, currency=stop.currency,
    )  # fmt: skip
    publish(
        SpendingStopped(
            organisation_id=session.organisation_id, subject=session.public_id, occurred_at=stop.asked_at,
            rule=stop.rule, left_minor=stop.left_minor, running_minor=stop.running_minor, currency=stop.currency,
        )
    )  # fmt: skip


def stops_repeat() -> int:
    """Ask again where charging goes on although the station was asked; how many were."""
    waiting = SpendingStop.objects.filter(transaction__state__in=OPEN_STATES)
    early = clock.now() - _AGAIN_AFTER
    rows = waiting.filter(asked_at__lte=early).select_related("transaction__station")
    return sum(_repeat(stop.transaction) for stop in rows)


def _repeat(session: Transaction) -> bool:
    asked = Command.objects.filter(purpose=PURPOSE, reference=session.public_id).order_by("-id")
    newest = asked.first()
    if newest is not None and (
        newest.state in OPEN_COMMANDS or newest.created_at > clock.now() - _AGAIN_AFTER
    ):
        return False
    return asked.count() < MOST_TRIES and not _asked(session)


def stop_sentence(stop: SpendingStop) -> str:
    """Why charging was stopped, for operators."""
    left = money_text(stop.left_minor, stop.currency)
    so_far = money_text(stop.running_minor, stop.currency)
    limit = SpendingRule(stop.rule).label.lower()
    why = f"The station was asked to stop at {so_far}: {left} could be spent ({limit}), and it was nearly used up."
    return f"{why} It could not be asked: {stop.note}." if stop.note else why
