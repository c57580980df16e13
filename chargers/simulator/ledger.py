"""The simulator's own truth: what physically happened, one JSON line an event.

A line is written before anybody is told of its event.

Kinds: `start` (station, evse_no, session, at, meter_wh, uid), `stop` (session, at, meter_wh, reason) and
`surprise` (station, what): an answer that contradicts an earlier one.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from .outlet import Session


@dataclass(frozen=True, slots=True)
class Charge:
    """A physical start and, once there is one, its stop."""

    station: str
    evse_no: int
    uid: str
    meter_start_wh: int
    meter_stop_wh: int | None = None

    @property
    def energy_wh(self) -> int:
        """What was taken; 0 while it runs."""
        return 0 if self.meter_stop_wh is None else self.meter_stop_wh - self.meter_start_wh


class Ledger:
    """Appends to `path`. Not synced to disk: it has to survive our servers' deaths, not the machine's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] = path.open("a", buffering=1, encoding="utf-8")

    def start(self, station: str, session: Session) -> None:
        self._write(
            kind="start",
            station=station,
            evse_no=session.evse_no,
            session=session.key,
            at=session.started_at,
            meter_wh=session.meter_start_wh,
            uid=session.uid,
        )

    def stop(self, station: str, session: Session, at: datetime, meter_wh: int) -> None:
        self._write(
            kind="stop",
            station=station,
            session=session.key,
            at=at,
            meter_wh=meter_wh,
            reason=session.stop_reason,
        )

    def surprise(self, station: str, what: str) -> None:
        """The server contradicted itself."""
        self._write(kind="surprise", station=station, what=what)

    def close(self) -> None:
        self._file.close()

    def _write(self, **line: Any) -> None:
        self._file.write(json.dumps(line | {"written_at": datetime.now(UTC)}, default=str) + "\n")


def began_at(path: Path) -> datetime:
    """When the first line was written; now if there is none."""
    with path.open(encoding="utf-8") as file:
        first = file.readline()
    return datetime.fromisoformat(json.loads(first)["written_at"]) if first else datetime.now(UTC)


def read(path: Path) -> tuple[list[Charge], list[str]]:
    """All charges and surprises, in order. Raises ValueError naming a line that is no event."""
    charges: dict[str, Charge] = {}
    surprises: list[str] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            _apply(json.loads(text), charges, surprises)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: not a ledger event ({error!r})") from error
    return list(charges.values()), surprises


def _apply(line: dict[str, Any], charges: dict[str, Charge], surprises: list[str]) -> None:
    if line["kind"] == "surprise":
        surprises.append(f"{line['station']}: {line['what']}")
    elif line["kind"] == "start":
        charges[line["session"]] = Charge(line["station"], line["evse_no"], line["uid"], line["meter_wh"])
    else:
        begun = charges[line["session"]]
        charges[line["session"]] = Charge(
            begun.station, begun.evse_no, begun.uid, begun.meter_start_wh, line["meter_wh"]
        )
