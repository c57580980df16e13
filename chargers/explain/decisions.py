"""What we decided: verdicts about cards, limits, cases that were opened."""

from collections.abc import Iterator

from chargers.choices import CaseKind, EntryActor, EntryKind, TransactionEventKind
from chargers.domain import TransactionReported
from chargers.models import Authorization, Case
from chargers.ocpp import describe

from . import cases as case_words
from . import words
from .entry import Entry
from .gather import Material


def entries(found: Material) -> list[Entry]:
    """All entries about decisions, in no particular order."""
    return [*_verdicts(found), *_answers(found), *_flags(found), *_cases(found)]


def _verdicts(found: Material) -> Iterator[Entry]:
    for row in found.authorizations:
        yield Entry(
            EntryKind.DECISION, EntryActor.SYSTEM, row.at, _verdict(row, found.sees_cards),
            detail=f"Reason: {row.reason}.", received_at=row.at,
        )  # fmt: skip


def _verdict(row: Authorization, sees_cards: bool) -> str:
    card = words.card(row.uid, sees_cards)
    if row.occasion == "authorize":
        return f"{words.capitalised(card)} was held up at the station and {words.verdict(row.status)}."
    if row.occasion == "remote":
        return f"{words.capitalised(card)} was used for a remote start and {words.verdict(row.status)}."
    return f"At the start, {card} was {words.verdict(row.status)}."


def _answers(found: Material) -> Iterator[Entry]:
    """Why the first start was answered as it was: a start is a report of fact and is stored whatever the card."""
    for one in found.messages:
        if not isinstance(one.report, TransactionReported) or one.report.kind != TransactionEventKind.STARTED:
            continue
        told = describe.answered(one.row.reply)
        number = f" with the number {told.reference}" if told.reference else ""
        refused = told.status not in ("", "Accepted")
        stop = (
            " The station was told not to charge, and it decides itself how fast it obeys." if refused else ""
        )
        yield Entry(
            EntryKind.DECISION, EntryActor.SYSTEM, one.row.received_at,
            f"We stored the start and answered{number}.{stop}", received_at=one.row.received_at,
        )  # fmt: skip
        return


def _flags(found: Material) -> Iterator[Entry]:
    row = found.transaction
    told = row.flags.get("limit_reached")
    if told:
        yield Entry(
            EntryKind.DECISION, EntryActor.SYSTEM, row.ended_at or row.started_at,
            f"The limit of the card was reached ({told.get('detail', '')}), so the station was asked to stop.",
        )  # fmt: skip


def _cases(found: Material) -> Iterator[Entry]:
    for case in found.cases:
        if case.kind == CaseKind.INFERRED_END and not case.is_open:
            continue  # told already, as a correction
        yield Entry(
            EntryKind.DECISION, EntryActor.SYSTEM, case.happened_at, case_words.story(case, found.sees_cards),
            detail=_what_next(case), reference=case.public_id,
        )  # fmt: skip


def _what_next(case: Case) -> str:
    if not case.is_open:
        return ""
    proposed = case_words.proposal(case.options[0]) if case.options else ""
    return f"This waits for somebody's decision. Proposed: {proposed}"
