"""Typed events, delivered after the commit that made them true.

An event is a frozen dataclass deriving from `Event`. `publish` writes it to the outbox inside the
current transaction and hands it to the subscribers of this process once that transaction commits.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, partial
from typing import Any, ClassVar, TypeVar

from django.db import transaction

from .models import OutboxEvent

logger = logging.getLogger(__name__)
E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, to whom, when. `subject` is a public id; `organisation_id` None means nobody's."""

    type: ClassVar[str] = ""

    organisation_id: int | None
    subject: str
    occurred_at: datetime

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values."""
        kind: Any = type(self)
        return {name: _plain(getattr(self, name)) for name in _own_fields(kind)}


_ENVELOPE = {"organisation_id", "subject", "occurred_at"}
_subscribers: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


@cache
def _own_fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _ENVELOPE)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def subscribe(kind: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Decorator: call the function with each event of `kind` (or a subclass) after its commit."""

    def add(handler: Callable[[E], None]) -> Callable[[E], None]:
        _subscribers[kind].append(handler)
        return handler

    return add


def publish(event: Event) -> None:
    """Store `event` in the outbox now, tell this process's subscribers after the commit."""
    publish_all([event])


def publish_all(events: Sequence[Event]) -> None:
    """The same for many at once."""
    OutboxEvent.objects.bulk_create(map(_row, events))
    for event in events:
        transaction.on_commit(partial(deliver, event), robust=True)


def _row(event: Event) -> OutboxEvent:
    return OutboxEvent(
        organisation_id=event.organisation_id,
        type=event.type,
        subject=event.subject,
        payload=event.payload(),
        occurred_at=event.occurred_at,
    )


def deliver(event: Event) -> None:
    """Hand a committed event to its subscribers; one that fails does not keep it from the others."""
    for kind in type(event).__mro__:
        for handler in _subscribers.get(kind, ()):
            try:
                handler(event)
            except Exception:
                logger.exception("subscriber %s failed for %s", handler.__qualname__, event.type)
