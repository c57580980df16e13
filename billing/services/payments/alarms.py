"""What needs somebody's eye: an event, an audit line and a log line, in the transaction that found it."""

import logging

from billing.events import PaymentAlarm
from billing.models import PaymentIntent
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM
from cpms.core.events import publish

logger = logging.getLogger(__name__)


def alarm(intent: PaymentIntent, what: str, detail: str) -> None:
    """`what` is expiring, uncollected, shortfall, unpaid, stopped, disputed, double or stuck; `detail` a sentence."""
    logger.warning("payment %s: %s: %s", intent.public_id, what, detail)
    audit.record(
        SYSTEM, f"payment.{what}", organisation_id=intent.organisation_id, subject=intent.public_id,
        label=intent.public_id, detail=detail,
    )  # fmt: skip
    publish(
        PaymentAlarm(
            organisation_id=intent.organisation_id, subject=intent.public_id, occurred_at=clock.now(),
            what=what, detail=detail,
        )
    )  # fmt: skip
