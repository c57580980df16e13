"""The message log of a station as pages show it: newest first, filtered, walked by a cursor."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from chargers.choices import Direction
from chargers.filters.stations import MessageFilter
from chargers.models import ChargingStation, MessageExchange
from chargers.selectors.stations import messages_for
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from . import listing

ROWS = 50
FILTERS = ("action", "direction", "outcome", "since", "until", "search", "message_id")
OUTCOMES = [
    ("result", "Answered"),
    ("error", "Error answer"),
    ("timeout", "No answer"),
    ("refused", "Refused"),
    ("none", "Unanswered"),
]
_TONES = {"result": "available", "error": "fault", "timeout": "fault", "refused": "fault", "none": "waiting"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange with its outcome as tone and word."""

    row: MessageExchange
    tone: str
    word: str

    @property
    def preview(self) -> str:
        """The beginning of the payload, without the frame around it."""
        text = self.row.request
        return text[max(0, text.find("{")) :][:160].removesuffix("]")

    @property
    def is_inbound(self) -> bool:
        """Whether the station asked."""
        return self.row.direction == Direction.IN


def shown(row: MessageExchange) -> Shown:
    """An exchange ready for the template."""
    return Shown(
        row, _TONES.get(row.outcome, "offline"), dict(OUTCOMES).get(row.outcome, row.outcome or "Open")
    )


def newest(viewer: Viewer, station: ChargingStation) -> list[Shown]:
    """The newest exchanges of a station, for the live tail."""
    rows = messages_for(viewer, station)
    return [shown(row) for row in rows[:ROWS]]


def context(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """Rows, filters and the cursor of the next page."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    filters = {name: listing.text(request, name, 60) for name in FILTERS}
    cursor = listing.text(request, "before", 60)
    rows = _before(MessageFilter(filters, messages_for(viewer, station)).qs, cursor)
    found = [shown(row) for row in rows[: ROWS + 1]]
    return {
        "exchanges": found[:ROWS],
        "filters": filters,
        "filtered": any(filters.values()),
        "is_tail": not cursor and not any(filters.values()),
        "next_cursor": _cursor(found[ROWS - 1].row) if len(found) > ROWS else "",
        "watched": bool(station.watched_until and station.watched_until > clock.now()),
        "outcomes": OUTCOMES,
        "directions": Direction.choices,
        "actions": _actions(viewer, station),
    }


def _cursor(row: MessageExchange) -> str:
    return f"{row.received_at.timestamp():.6f}_{row.pk}"


def _before(rows: QuerySet[MessageExchange], cursor: str) -> QuerySet[MessageExchange]:
    stamp, _, key = cursor.partition("_")
    try:
        moment, number = datetime.fromtimestamp(float(stamp), tz=UTC), int(key)
    except (ValueError, OverflowError, OSError):
        return rows
    return rows.filter(Q(received_at__lt=moment) | Q(received_at=moment, pk__lt=number))


def _actions(viewer: Viewer, station: ChargingStation) -> list[str]:
    """The actions seen lately, for the filter."""
    recent = messages_for(viewer, station).filter(received_at__gte=clock.now() - timedelta(days=2))
    return sorted(set(recent.order_by().values_list("action", flat=True).distinct()[:60]))
