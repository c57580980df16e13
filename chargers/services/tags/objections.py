"""What speaks against charging on a token although its own row does not: whoever pays for it has a say.

The books stand above this app, so they register what they have to say: about a start that a station asks for, and about
tokens as they stand, for lists that stations keep.
"""

import logging
from collections.abc import Callable, Collection, Mapping
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
Standings = Callable[[Collection[int]], Mapping[int, AuthorizationStatus]]
"""Keys of ID tags; those that are refused wherever they are held up, with what they are told."""
_Function = TypeVar("_Function", bound=Objector)
_Standings = TypeVar("_Standings", bound=Standings)
_objectors: list[Objector] = []
_standings: list[Standings] = []


def objector(function: _Function) -> _Function:
    """Decorator: ask the function before a token is accepted."""
    _objectors.append(function)
    return function


def standings(function: _Standings) -> _Standings:
    """Decorator: ask the function which tokens are refused at every station."""
    _standings.append(function)
    return function


def refused(tag_keys: Collection[int]) -> dict[int, AuthorizationStatus]:
    """Of these ID tags (keys) the ones that are refused at every station. A question that fails refuses nobody."""
    found: dict[int, AuthorizationStatus] = {}
    for function in _standings:
        found |= _ask_all(function, tag_keys)
    return found


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


def _ask_all(function: Standings, tag_keys: Collection[int]) -> Mapping[int, AuthorizationStatus]:
    try:
        with transaction.atomic():
            return function(tag_keys)
    except Exception:
        logger.exception("%s failed for %d ID tags", function.__name__, len(tag_keys))
        return {}
