"""Cards of drivers: asked for, proven by being read at the named charger, or confirmed by the operator.

Nobody takes over another one's card. Whoever holds the card proves it at a charger of his choice within minutes, and
even that is enough only for a card the operator does not know: one on his list is somebody's already, so he decides.
What the driver is told is the same either way, so that nobody finds out numbers by trying.
"""

import re
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from billing.services.ratings.payers import tag_pay_from
from chargers.choices import TagStatus, TokenType
from chargers.models import Authorization, Evse, IdTag
from chargers.services.tags.authorization import id_tag_find
from chargers.services.tags.id_tags import id_tag_block, id_tag_create, id_tag_unblock, id_tag_update
from cpms.accounts.models import User
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor
from cpms.core.models import AuditLine

from ..choices import OPEN_CLAIMS, ClaimState
from ..models import CardClaim, Driver
from .joining import actor_of

TIME_TO_READ: Final = timedelta(minutes=10)
# So many cards may be on their way, and be asked for within a day.
MOST_WAITING: Final = 3
MOST_A_DAY: Final = 10
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{6,36}")
_SEPARATORS: Final = re.compile(r"[:\-\s]")
# What we make ourselves is no card.
_OURS: Final = (TokenType.CENTRAL, TokenType.NO_AUTHORIZATION)


class ClaimClosed(Exception):
    """Somebody else has decided already, or nothing can come of it any more."""


def card_number(text: str) -> str:
    """The number as it is kept: capitals, no separators. Raises ValidationError for what is no card number."""
    plain = _SEPARATORS.sub("", text)
    if not _NUMBER.fullmatch(plain):
        raise ValidationError(
            {"number": _("A card number has 6 to 36 letters and digits, like 04A2B3C4D5E6F7.")}
        )
    return plain.upper()


@transaction.atomic
def card_ask(driver: Driver, evse: Evse, number: str, label: str) -> CardClaim:
    """Say that a card is one's own; it then has to be held to the charger. Raises ValidationError naming the field."""
    uid, now = card_number(number), clock.now()
    if evse.station.organisation_id != driver.organisation_id:
        raise ValidationError(
            {"code": _("This charger belongs to an operator with whom you have no account.")}
        )
    Driver.objects.select_for_update(no_key=True).only("pk").get(pk=driver.pk)
    mine = CardClaim.objects.filter(driver=driver)
    if mine.filter(state__in=OPEN_CLAIMS, uid=uid).exists() or _is_mine(driver, uid):
        raise ValidationError({"number": _("You have added this card already.")})
    today = mine.filter(asked_at__gt=now - timedelta(days=1)).count()
    if mine.filter(state=ClaimState.WAITING).count() >= MOST_WAITING or today >= MOST_A_DAY:
        raise ValidationError({"number": _("You have added many cards lately. Try again later.")})
    claim = CardClaim.objects.create(
        driver=driver, uid=uid, label=label.strip()[:60], station=evse.station, asked_at=now,
        expires_at=now + TIME_TO_READ,
    )  # fmt: skip
    _record(actor_of(driver.user), "card.asked", claim)
    return claim


def _is_mine(driver: Driver, uid: str) -> bool:
    return IdTag.objects.filter(
        payer__member=driver.user, payer__account=driver.account, uid__iexact=uid
    ).exists()


def claims_settle() -> int:
    """Look which cards were read where they should be; how many claims came to something or to an end."""
    waiting = CardClaim.objects.filter(state=ClaimState.WAITING).order_by("id").values_list("pk", flat=True)
    return sum(_settle(pk) for pk in waiting[:200])


@transaction.atomic
def _settle(pk: int) -> bool:
    rows = CardClaim.objects.select_for_update(of=("self",), skip_locked=True)
    claim = (
        rows.select_related("driver__user", "driver__account", "driver__organisation").filter(pk=pk).first()
    )
    if claim is None or claim.state != ClaimState.WAITING:
        return False
    reading = _reading(claim)
    if reading is not None:
        claim.read_at = reading.at
        _take(claim, SYSTEM) if _is_nobodys(claim) else _close(claim, ClaimState.READ, SYSTEM)
    elif claim.expires_at <= clock.now():
        _close(claim, ClaimState.LAPSED, SYSTEM)
    return claim.state != ClaimState.WAITING


def _reading(claim: CardClaim) -> Authorization | None:
    """When the named charger read the card within the time."""
    rows = Authorization.objects.filter(
        station_id=claim.station_id,
        at__gte=claim.asked_at,
        at__lte=claim.expires_at,
        occasion__in=("authorize", "start"),
    )
    return next(
        (row for row in rows.order_by("at") if _SEPARATORS.sub("", row.uid).upper() == claim.uid), None
    )


def _is_nobodys(claim: CardClaim) -> bool:
    """Whether the operator does not know the card, and nobody else says at the same time that it is his."""
    same = CardClaim.objects.filter(
        driver__organisation_id=claim.driver.organisation_id, uid=claim.uid, state__in=OPEN_CLAIMS
    )
    known = id_tag_find(claim.driver.organisation_id, claim.uid)
    return known is None and not same.exclude(pk=claim.pk).exists()


@transaction.atomic
def card_confirm(claim: CardClaim, actor: Actor) -> CardClaim:
    """The operator says that it is the driver's card. Raises `ClaimClosed`, ValidationError for what is no card."""
    claim = _locked(claim)
    _take(claim, actor)
    return claim


@transaction.atomic
def card_refuse(claim: CardClaim, actor: Actor) -> CardClaim:
    """The operator says that it is not. Raises `ClaimClosed`."""
    claim = _locked(claim)
    _close(claim, ClaimState.REFUSED, actor)
    return claim


def _locked(claim: CardClaim) -> CardClaim:
    rows = CardClaim.objects.select_for_update(of=("self",))
    claim = rows.select_related("driver__user", "driver__account", "driver__organisation").get(pk=claim.pk)
    if claim.state not in OPEN_CLAIMS:
        raise ClaimClosed(f"it was decided already: {ClaimState(claim.state).label.lower()}")
    return claim


def _take(claim: CardClaim, actor: Actor) -> None:
    """The card is the driver's: known, and paid for by his account."""
    driver = claim.driver
    tag = id_tag_find(driver.organisation_id, claim.uid)
    if tag is None:
        try:
            with transaction.atomic():
                tag = id_tag_create(driver.organisation, actor, uid=claim.uid, label=claim.label)
        except (ValidationError, IntegrityError):
            # Somebody made it known at this moment: then the operator decides.
            _close(claim, ClaimState.READ, actor)
            return
    if tag.type in _OURS:
        raise ValidationError({"number": "this is no card, but a tag of ours"})
    tag_pay_from(tag, driver.account, actor, member=driver.user)
    claim.id_tag = tag
    _close(claim, ClaimState.DONE, actor)


def _close(claim: CardClaim, state: ClaimState, actor: Actor) -> None:
    claim.state, claim.decided_at = state, clock.now()
    claim.decided_by = f"{actor.source}: {actor.label}"[:160]
    claim.save(update_fields=["state", "decided_at", "decided_by", "read_at", "id_tag"])
    _record(actor, f"card.{state}", claim)


def _record(actor: Actor, action: str, claim: CardClaim) -> None:
    audit.record(
        actor, action, organisation_id=claim.driver.organisation_id, subject=claim.public_id,
        label=f"..{claim.uid[-4:]}", driver=claim.driver.public_id,
    )  # fmt: skip


def card_label_set(user: User, tag: IdTag, label: str) -> IdTag:
    """Give one's card a name. Raises ValidationError naming the field."""
    return id_tag_update(tag, actor_of(user), label=label.strip())


def card_block(user: User, tag: IdTag) -> IdTag:
    """From now on one's card is refused everywhere; a session that runs goes on."""
    return tag if tag.status == TagStatus.BLOCKED else id_tag_block(tag, actor_of(user))


def card_unblock(user: User, tag: IdTag) -> IdTag:
    """Let one's card charge again. Raises ValidationError where somebody else has blocked it."""
    if tag.status == TagStatus.BLOCKED and not blocked_by(user, tag):
        raise ValidationError(_("The operator has blocked this card. Ask the operator."))
    return id_tag_unblock(tag, actor_of(user))


def blocked_by(user: User, tag: IdTag) -> bool:
    """Whether it was this person who last changed whether the card may charge."""
    lines = AuditLine.objects.filter(
        subject=tag.public_id, action="id_tag.changed", detail__before__has_key="status"
    )
    last = lines.order_by("-id").first()
    return last is not None and last.actor_user_id == user.pk
