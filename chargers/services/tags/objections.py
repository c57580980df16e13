"""What speaks against charging on a token although its own row does not: whoever pays for it has a say.

The books stand above this app, so they register what they have to say.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from chargers.choices import AuthorizationStatus
from chargers.models import IdTag, Transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Start:
    """A charge that somebody wants to begin at a station; `own` is its transaction where it has begun already."""

    id_tag: IdTag
    station_id: int
    own: Transaction | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """What the station is told, and the reason that operators read."""

    status: AuthorizationStatus
    reason: str


Objector = Callable[[Start], Objection | None]
_Function = TypeVar("_Function", bound=Objector)
_objectors: list[Objector] = []


def objector(function: _Function) -> _Function:
    """Decorator: ask the function before a token is accepted."""
    _objectors.append(function)
    return function


def objection(start: Start) -> Objection | None:
    """The first thing that speaks against it. A question that fails keeps nobody from charging: it is logged."""
    found = (_ask(function, start) for function in _objectors)
    return next((one for one in found if one is not None), None)


def _ask(function: Objector, start: Start) -> Objection | None:
    try:
        with transaction.atomic():
            return function(start)
    except Exception:
        logger.exception("%s failed for ID tag %s", function.__name__, start.id_tag.public_id)
        return None
