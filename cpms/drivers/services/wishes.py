"""Favourites, and being told when a station is free: once for each wish, and not after it is over."""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from chargers.models import ChargingStation, Evse, Site
from chargers.stickers import link_of
from cpms.accounts.models import User
from cpms.core import clock

from ..choices import OPEN_PLACES
from ..models import Favourite, FreeWish, Profile
from ..places import place_of

logger = logging.getLogger(__name__)
WAITS: Final = timedelta(hours=4)
MOST_OPEN: Final = 5
_AT_ONCE = 200


def favourite_add(user: User, site: Site) -> Favourite:
    """Remember a site."""
    return Favourite.objects.get_or_create(user=user, site=site)[0]


def favourite_remove(user: User, site: Site) -> None:
    """Forget it."""
    Favourite.objects.filter(user=user, site=site).delete()


@transaction.atomic
def wish_make(user: User, station: ChargingStation) -> FreeWish:
    """Be told when the station is free, within `WAITS`; a second wish is the first one. Raises ValidationError."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    mine, now = FreeWish.objects.filter(user=user, ended_at=None), clock.now()
    same = mine.filter(station=station).first()
    if same is not None:
        return same
    if mine.count() >= MOST_OPEN:
        raise ValidationError(_("You wait for five chargers already. Take one of them back first."))
    return FreeWish.objects.create(user=user, station=station, made_at=now, expires_at=now + WAITS)


def wish_drop(wish: FreeWish) -> None:
    """Take a wish back."""
    FreeWish.objects.filter(pk=wish.pk, ended_at=None).update(ended_at=clock.now())


def wishes_follow() -> int:
    """End what is over and tell who waits for a station that is free now; how many were told."""
    waiting = FreeWish.objects.filter(ended_at=None).order_by("id").values_list("pk", flat=True)
    return sum(_follow(pk) for pk in list(waiting[:_AT_ONCE]))


@transaction.atomic
def _follow(pk: int) -> bool:
    rows = FreeWish.objects.select_for_update(of=("self",), skip_locked=True)
    wish = rows.select_related("user", "station__site").filter(pk=pk, ended_at=None).first()
    if wish is None:
        return False
    now = clock.now()
    evse = _free(wish.station) if wish.expires_at > now else None
    if evse is None and wish.expires_at > now:
        return False
    wish.ended_at, wish.told_at = now, now if evse else None
    wish.save(update_fields=["ended_at", "told_at"])
    if evse is not None:
        free = evse
        transaction.on_commit(lambda: _tell(wish, free))
    return evse is not None


def _free(station: ChargingStation) -> Evse | None:
    evses = Evse.objects.filter(station=station).select_related("station__site", "station__connection")
    return next((evse for evse in evses if place_of(evse).state in OPEN_PLACES), None)


def _tell(wish: FreeWish, evse: Evse) -> None:
    profile = Profile.objects.filter(user=wish.user).first()
    with override((profile.locale if profile else "") or settings.LANGUAGE_CODE):
        site = wish.station.site
        names = {"station": wish.station.label, "site": site.name if site else ""}
        lines = [
            _("%(station)s is free now. %(site)s") % names,
            link_of(evse),
            _("Somebody else may be faster. You get this mail once, because you asked for it."),
        ]
        try:
            send_mail(_("%(station)s is free") % names, "\n\n".join(lines), None, [wish.user.email])
        except OSError as error:
            logger.warning("%s was not told: %s", wish.public_id, type(error).__name__)
