"""What happens when a command ends: whoever sent it for a purpose of his own learns of it in the same transaction.

A service that sends commands as steps of something larger (bringing a list up to date, a firmware wave) gives
them a purpose and a reference, and registers one function for that purpose.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction

from chargers.models import Command

if TYPE_CHECKING:
    from .end import Reply

logger = logging.getLogger(__name__)
FollowUp = Callable[[Command, "Reply"], None]
"""The command as it was before its end, and how it ended; called inside the transaction that settles it."""

_follow_ups: dict[str, FollowUp] = {}
_watchers: dict[str, list[FollowUp]] = {}


def follows(purpose: str) -> Callable[[FollowUp], FollowUp]:
    """Decorator: call the function when a command with this purpose has ended, whatever way."""

    def add(function: FollowUp) -> FollowUp:
        _follow_ups[purpose] = function
        return function

    return add


def watches(*actions: str) -> Callable[[FollowUp], FollowUp]:
    """Decorator: call the function when a command of one of these actions has ended, whoever sent it."""

    def add(function: FollowUp) -> FollowUp:
        for action in actions:
            _watchers.setdefault(action, []).append(function)
        return function

    return add


def ended(command: Command, reply: "Reply") -> None:
    """Tell the purpose's follow-up. One that fails never keeps the answer from being stored."""
    for function in (_follow_ups.get(command.purpose), *_watchers.get(command.action, ())):
        if function is not None:
            _call(function, command, reply)


def _call(function: FollowUp, command: Command, reply: "Reply") -> None:
    try:
        with transaction.atomic():
            function(command, reply)
    except Exception:
        logger.exception("follow-up %s failed for command %s", function.__name__, command.public_id)
