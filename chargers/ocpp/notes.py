"""What a charger got wrong and was forgiven, in the order it was met."""

from dataclasses import replace

from chargers.choices import Quirk
from chargers.domain import Report, TransactionReported

__all__ = ["Notes", "Quirk", "marked"]

Notes = dict[Quirk, None]
"""An ordered set."""


def marked(report: Report, notes: tuple[Quirk, ...]) -> Report:
    """A transaction message that is not valid even when mended is stored and answered, and flagged for a person."""
    if Quirk.QUARANTINED in notes and isinstance(report, TransactionReported):
        return replace(report, notes=(*report.notes, Quirk.QUARANTINED))
    return report
