"""Audit lines: every act of somebody leaves one, in the transaction of the act itself."""

from typing import Any

from . import clock
from .actors import Actor
from .models import AuditLine


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
