"""Compares the simulator's ledger with the database: what really happened with what we say happened."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from chargers.choices import TransactionState
from chargers.models import Transaction

from .ledger import Charge, began_at, read

Key = tuple[str, int | None, int | None]
"""Station, outlet, register at the start. Two charges share a key only if the first took nothing."""

End = tuple[str, int | str | None]
MAX_SHOWN = 10


@dataclass(slots=True)
class Report:
    """What differs. Places are texts for people; `wh_difference` sums over all charges, without sign."""

    charges: int = 0
    running: int = 0
    energy_wh: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    wh_difference: int = 0

    @property
    def is_clean(self) -> bool:
        troubles = (self.lost, self.doubled, self.unexplained, self.differing, self.surprises)
        return not any(troubles) and self.wh_difference == 0

    def summary(self) -> str:
        """Some lines for people."""
        counts = {
            "lost": self.lost,
            "doubled": self.doubled,
            "unexplained": self.unexplained,
            "differing": self.differing,
            "surprises": self.surprises,
        }
        figures = ", ".join(f"{len(places)} {name}" for name, places in counts.items())
        head = f"{self.charges} charges ({self.running} running), {self.energy_wh} Wh: {figures}"
        shown = [f"  {name}: {place}" for name, places in counts.items() for place in places[:MAX_SHOWN]]
        return "\n".join([f"{head}, {self.wh_difference} Wh difference", *shown])


def check(path: Path) -> Report:
    """Compare the ledger at `path` with the transactions its stations have had since it was begun."""
    charges, surprises = read(path)
    identities = {charge.station for charge in charges}
    rows = Transaction.objects.filter(station__identity__in=identities, created_at__gte=began_at(path))
    report = Report(
        len(charges), sum(charge.meter_stop_wh is None for charge in charges), surprises=surprises
    )
    report.energy_wh = sum(charge.energy_wh for charge in charges)
    _compare(_by_key(charges), _rows_by_key(list(rows.select_related("station"))), report)
    return report


def _by_key(charges: list[Charge]) -> dict[Key, list[Charge]]:
    grouped: dict[Key, list[Charge]] = defaultdict(list)
    for charge in charges:
        grouped[charge.station, charge.evse_no, charge.meter_start_wh].append(charge)
    return grouped


def _rows_by_key(rows: list[Transaction]) -> dict[Key, list[Transaction]]:
    grouped: dict[Key, list[Transaction]] = defaultdict(list)
    for row in rows:
        grouped[row.station.identity, row.evse_no, row.meter_start_wh].append(row)
    return grouped


def _compare(ours: dict[Key, list[Charge]], theirs: dict[Key, list[Transaction]], report: Report) -> None:
    for key, charges in ours.items():
        rows = theirs.pop(key, [])
        surplus = len(rows) - len(charges)
        place = f"{key[0]} outlet {key[1]} at {key[2]} Wh"
        report.lost += [place] * max(0, -surplus)
        report.doubled += [place] * max(0, surplus)
        if not surplus:
            _compare_ends(place, charges, rows, report)
    report.unexplained += [f"{row.station.identity} {row}" for rows in theirs.values() for row in rows]


def _compare_ends(place: str, charges: list[Charge], rows: list[Transaction], report: Report) -> None:
    wanted: Counter[End] = Counter((charge.uid.upper(), charge.meter_stop_wh) for charge in charges)
    found: Counter[End] = Counter((row.uid.upper(), _stop_wh(row)) for row in rows)
    if wanted != found:
        report.differing.append(f"{place}: {dict(wanted - found)} is stored as {dict(found - wanted)}")
    physical_wh = sum(charge.energy_wh for charge in charges)
    stored_wh = sum(row.energy_wh or 0 for row in rows if not row.is_open)
    report.wh_difference += abs(physical_wh - stored_wh)


def _stop_wh(row: Transaction) -> int | str | None:
    """The register at the end; None while it runs, its state where no station told of the end."""
    if row.is_open:
        return None
    return row.meter_stop_wh if row.state == TransactionState.ENDED else str(row.state)
