"""Signals from outside as limits: kept before they are acknowledged, replaced as a whole, ended when cancelled."""

import hashlib
from math import isfinite
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import Site
from cpms.core import clock
from cpms.core.actors import Actor
from smartcharging.models import Circuit, LimitEvent
from smartcharging.signals import Signal, Span

from .taking import LimitOver, limit_end, limit_set, open_limits

MOST_SPANS: Final = 200
_LONGEST_REFERENCE: Final = 60


def signal_take(
    site: Site, source: str, signal: Signal, actor: Actor, circuit: Circuit | None = None, scope: str = "all"
) -> bool:
    """Let exactly what the signal says hold; False where it says what no limit can be, and nothing is changed."""
    if len(signal.spans) > MOST_SPANS or not all(_is_finite(span) for span in signal.spans):
        return False
    try:
        with transaction.atomic():
            _replace(site, source, signal, actor, {"circuit": circuit, "scope": scope})
    except (ValidationError, LimitOver):
        return False
    return True


def _replace(site: Site, source: str, signal: Signal, actor: Actor, where: dict[str, Any]) -> None:
    now, stem = clock.now(), _stem(signal.reference)
    before = LimitEvent.objects.filter(
        open_limits(now), site=site, source=source, reference__startswith=f"{stem}/"
    )
    kept = {
        limit_set(site, source, f"{stem}/{signal.version}.{at}", actor, **where, **_said(span))[0].pk
        for at, span in enumerate(signal.spans)
        if span.ends_at > now
    }
    for limit in before.exclude(pk__in=kept):
        limit_end(limit, actor)


def _stem(reference: str) -> str:
    """The sender's own reference; one that is too long for a limit's by its digest."""
    digest = hashlib.sha256(reference.encode()).hexdigest()
    return reference if len(reference) <= _LONGEST_REFERENCE and "/" not in reference else digest[:40]


def _is_finite(span: Span) -> bool:
    return all(value is None or isfinite(value) for value in (span.limit_w, span.limit_percent))


def _said(span: Span) -> dict[str, Any]:
    return {
        "starts_at": span.starts_at, "ends_at": span.ends_at, "limit_w": span.limit_w,
        "limit_percent": span.limit_percent,
    }  # fmt: skip
