"""Sending mails that are rows: each once.

A row is there before anything is sent. Whoever sends claims it first, so that two workers never send the same. A worker
that dies between the mail server's yes and the commit leaves the one doubt there is: the mail goes again after the
claim, under the same Message-ID, by which mail programs know it.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final, TypeVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q, QuerySet

from billing.choices import MailState
from billing.models import QueuedMail
from cpms.core import clock

logger = logging.getLogger(__name__)
AT_ONCE: Final = 100
LEASE: Final = timedelta(minutes=2)
BACK_OFF: Final = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
# Longer than a mail server that works needs, much shorter than the claim of a mail.
TIMEOUT_S: Final = 20

Row = TypeVar("Row", bound=QueuedMail)
Maker = Callable[[Row], EmailMultiAlternatives | None]
"""The mail of a row; None for one that is not to be sent any more."""


def mails_send(model: type[Row], make: Maker[Row], most: int = AT_ONCE) -> int:
    """Send what is due, the earliest first; how many went out."""
    keys = list(
        _due(model, clock.now()).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:most]
    )
    return sum(_send(model, key, make) for key in keys)


def message_id(mail: QueuedMail) -> str:
    """The same for every attempt: a mail that comes twice is seen to be one."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    return f"<{mail.public_id}@{domain}>"


def _due(model: type[Row], now: datetime) -> QuerySet[Row]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    rows: QuerySet[Row] = model._default_manager.filter(
        free, state=MailState.WAITING, next_attempt_at__lte=now
    )
    return rows


def _send(model: type[Row], key: int, make: Maker[Row]) -> bool:
    """Send one mail, unless somebody else sends it or it is done; whether it went out."""
    now = clock.now()
    claimed = _due(model, now).filter(pk=key).update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return False
    mail = model._default_manager.get(pk=key)
    try:
        made = make(mail)
        if made is not None:
            made.send()
    except (SMTPException, OSError) as error:
        _again(mail, f"{type(error).__name__}: {error}")
        return False
    _done(mail, MailState.SENT if made else MailState.DROPPED, sent_at=clock.now() if made else None)
    return made is not None


def _again(mail: QueuedMail, problem: str) -> None:
    logger.warning("mail %s was not sent: %s", mail.public_id, problem)
    mail.problem = problem[:255]
    if mail.attempts > len(BACK_OFF):
        _done(mail, MailState.FAILED)
        return
    mail.claimed_until, mail.next_attempt_at = None, clock.now() + BACK_OFF[mail.attempts - 1]
    mail.save(update_fields=["problem", "claimed_until", "next_attempt_at"])


def _done(mail: QueuedMail, state: MailState, sent_at: datetime | None = None) -> None:
    mail.state, mail.sent_at, mail.next_attempt_at, mail.claimed_until = state, sent_at, None, None
    mail.save(update_fields=["state", "sent_at", "next_attempt_at", "claimed_until", "problem"])
