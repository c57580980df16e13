"""Whether two sets of transactions are the same, and how they differ."""

from dataclasses import asdict, dataclass

from django.db.models import QuerySet

from chargers.choices import TransactionState
from chargers.models import Transaction

CORRECTED = "corrected"
"""Somebody decided: what the messages alone say is no longer what is in the books."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What messages say of one transaction. An end that no message told counts as none."""

    station: str
    reference: str
    natural_key: str
    evse_no: int | None
    uid: str
    meter_start_wh: int | None
    is_told: bool
    meter_stop_wh: int | None
    energy_wh: int | None
    started_at: str
    ended_at: str | None

    def differences(self, other: "Fact") -> dict[str, tuple[object, object]]:
        """The fields in which they differ."""
        mine, theirs = asdict(self), asdict(other)
        return {name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]}


def fact(row: Transaction) -> Fact:
    """The facts of a transaction."""
    is_told = row.state in (TransactionState.ENDED, TransactionState.ORPHANED)
    ended_at = row.ended_at.isoformat() if row.ended_at and is_told else None
    return Fact(
        row.station.identity, row.reference, row.natural_key, row.evse_no, row.uid, row.meter_start_wh, is_told,
        row.meter_stop_wh if is_told else None, row.energy_wh if is_told else None,
        row.started_at.isoformat(), ended_at,
    )  # fmt: skip


def facts(rows: QuerySet[Transaction]) -> dict[str, Fact]:
    """The facts of transactions by station and natural key."""
    found = map(fact, rows.select_related("station"))
    return {f"{one.station} {one.natural_key}": one for one in found}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is in the books and did not come out, what came out and is not there, and what differs."""

    compared: int
    energy_wh: int
    missing: list[str]
    surplus: list[str]
    differing: dict[str, dict[str, tuple[object, object]]]

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.surplus or self.differing)

    def summary(self) -> str:
        """Some lines for people."""
        counts = f"{len(self.missing)} missing, {len(self.surplus)} surplus, {len(self.differing)} differing"
        lines = [f"{self.compared} transactions, {self.energy_wh} Wh: {counts}"]
        lines += [f"  missing: {name}" for name in self.missing[:10]]
        lines += [f"  surplus: {name}" for name in self.surplus[:10]]
        lines += [f"  differs: {name}: {how}" for name, how in list(self.differing.items())[:10]]
        return "\n".join(lines)


def compare(books: dict[str, Fact], played: dict[str, Fact]) -> Comparison:
    """The books beside what came out of the log."""
    both = books.keys() & played.keys()
    differing = {name: how for name in sorted(both) if (how := books[name].differences(played[name]))}
    return Comparison(
        compared=len(books),
        energy_wh=sum(one.energy_wh or 0 for one in books.values()),
        missing=sorted(books.keys() - played.keys()),
        surplus=sorted(played.keys() - books.keys()),
        differing=differing,
    )
