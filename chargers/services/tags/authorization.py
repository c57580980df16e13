"""Deciding about tokens, and remembering every decision with its reason."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from chargers.choices import OPEN_STATES, AuthorizationStatus, TagStatus, TokenType
from chargers.domain import AuthorizeAsked, Token, TokenAnswer
from chargers.models import Authorization, IdTag, Transaction

from ..commands import effects
from ..source import Source
from .objections import Start, objection

_SEPARATED = re.compile(r"[0-9A-Fa-f]{2}(?:[:\- ][0-9A-Fa-f]{2}){3,9}", re.ASCII)
_SEPARATORS = re.compile(r"[:\- ]")


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no with its reason; `id_tag` is None for tokens we do not know."""

    status: AuthorizationStatus
    reason: str
    id_tag: IdTag | None = None

    def answer(self) -> TokenAnswer:
        """What the station is told."""
        tag = self.id_tag
        parent = tag.group.name if tag and tag.group else ""
        return TokenAnswer(self.status, tag.expires_at if tag else None, parent)


def id_tag_find(organisation_id: int, uid: str) -> IdTag | None:
    """The organisation's tag with this UID, compared without regard to case (OCPP CiString).

    Readers write the bytes of a card with colons, dashes or blanks between them, or without; when the text as it
    came is no tag of ours, the bytes are looked for.
    """
    tags = IdTag.objects.filter(organisation_id=organisation_id).select_related("group")
    found = tags.filter(uid__iexact=uid).first()
    if found is None and _SEPARATED.fullmatch(uid):
        found = tags.filter(uid__iexact=_SEPARATORS.sub("", uid)).first()
    return found


def authorize(source: Source, report: AuthorizeAsked) -> TokenAnswer:
    """Answer an Authorize. Concurrency is not looked at here: holding up a card twice is not charging twice."""
    decision = decide_start(source.organisation_id, report.token, source.received_at, source.station_id)
    remember(source, report.token, decision, "authorize")
    if decision.status != AuthorizationStatus.ACCEPTED:
        effects.card_refused(source.station_id, report.token.uid, decision.reason)
    return decision.answer()


def authorize_start(source: Source, token: Token, own: Transaction | None = None) -> Decision:
    """Decide about the token of a start, `own` being the transaction it starts (it never counts against itself)."""
    decision = decide_start(source.organisation_id, token, source.received_at, source.station_id, own)
    tag = decision.id_tag
    if decision.status == AuthorizationStatus.ACCEPTED and tag and tag.max_concurrent is not None:
        # Two starts at the same moment must see each other.
        IdTag.objects.select_for_update(no_key=True).only("pk").get(pk=tag.pk)
        others = _elsewhere(_open_of(tag), own).count()
        if others >= tag.max_concurrent:
            text = f"{others} transaction(s) running, limit {tag.max_concurrent}"
            return Decision(AuthorizationStatus.CONCURRENT_TX, text, tag)
    return decision


def decide(organisation_id: int, token: Token, now: datetime) -> Decision:
    """What the tag's own row says: unknown, blocked, expired or accepted."""
    if token.type == TokenType.NO_AUTHORIZATION:
        return Decision(AuthorizationStatus.ACCEPTED, "started without a token at the station")
    tag = id_tag_find(organisation_id, token.uid)
    if tag is None:
        return Decision(AuthorizationStatus.INVALID, "no such ID tag")
    if tag.status == TagStatus.BLOCKED:
        return Decision(AuthorizationStatus.BLOCKED, "the ID tag is blocked", tag)
    if tag.expires_at and tag.expires_at <= now:
        return Decision(AuthorizationStatus.EXPIRED, f"expired on {tag.expires_at:%Y-%m-%d}", tag)
    return Decision(AuthorizationStatus.ACCEPTED, "active ID tag", tag)


def decide_start(
    organisation_id: int, token: Token, now: datetime, station_id: int, own: Transaction | None = None
) -> Decision:
    """What the tag's own row says, then whoever pays for it."""
    decision = decide(organisation_id, token, now)
    tag = decision.id_tag
    if decision.status != AuthorizationStatus.ACCEPTED or tag is None:
        return decision
    against = objection(Start(tag, station_id, own))
    return Decision(against.status, against.reason, tag) if against else decision


def remember(source: Source, token: Token, decision: Decision, occasion: str) -> None:
    """One line in the authorise log."""
    Authorization.objects.create(
        station_id=source.station_id,
        id_tag=decision.id_tag,
        uid=token.uid[:255],
        status=decision.status,
        reason=decision.reason[:160],
        at=source.received_at,
        occasion=occasion,
    )


def _elsewhere(running: QuerySet[Transaction], own: Transaction | None) -> QuerySet[Transaction]:
    """Without `own`, and without an older one on its EVSE: that one's stop was lost, it charges nobody."""
    if own is None:
        return running
    others = running.exclude(pk=own.pk)
    if own.evse_no is None:
        return others
    return others.exclude(station_id=own.station_id, evse_no=own.evse_no, started_at__lte=own.started_at)


def _open_of(tag: IdTag) -> QuerySet[Transaction]:
    return Transaction.objects.filter(id_tag=tag, state__in=OPEN_STATES)
