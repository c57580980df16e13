"""Audit lines: every act of somebody leaves one, in the transaction of the act itself."""

from typing import Any

from . import clock
from .actors import Actor
from .models import AuditLine

_WORDS = {
    "station.rekeyed": "New password for the station",
    "station.watched": "Heartbeats of the station logged",
    "transaction.corrected": "Transaction corrected",
    "transaction.end_inferred": "Transaction closed without a stop",
    "case.accepted": "Fix of a case accepted",
    "case.settled": "Case settled by itself",
    "api_key.created": "API key made",
}


_NOUNS = {"rating": "Price", "id_tag": "ID tag", "id_tag_group": "Group of ID tags", "api_key": "API key"}


def words(action: str) -> str:
    """What a slug means: `id_tag.blocked` is "ID tag blocked", unless it has a sentence of its own."""
    noun, _, verb = action.partition(".")
    plain = _NOUNS.get(noun, noun.replace("_", " ").capitalize())
    return _WORDS.get(action) or f"{plain} {verb.replace('_', ' ')}"


def record(
    actor: Actor,
    action: str,
    *,
    organisation_id: int | None,
    subject: str = "",
    label: str = "",
    **detail: Any,
) -> AuditLine:
    """Write one line. `action` is a stable dotted slug, `detail` JSON values without secrets."""
    return AuditLine.objects.create(
        organisation_id=organisation_id,
        at=clock.now(),
        actor_user_id=actor.user_id,
        actor_label=f"{actor.source}: {actor.label}"[:160],
        action=action,
        subject=subject,
        subject_label=label[:255],
        detail=detail,
    )
