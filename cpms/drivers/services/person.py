"""What a driver tells of himself: name, language, time zone, cars."""

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from chargers.services.changes import apply_changes
from cpms.accounts.models import User
from cpms.core.zones import check_time_zone

from ..models import Profile, Vehicle

VEHICLE_FIELDS: Final = ("name", "battery_wh", "plug", "max_ac_w", "max_dc_w")
MOST_VEHICLES: Final = 20


@transaction.atomic
def profile_set(user: User, *, name: str, locale: str = "", time_zone: str = "") -> Profile:
    """Change name, language and time zone; empty ones are not told. Raises ValidationError naming the field."""
    if locale and locale not in dict(settings.LANGUAGES):
        raise ValidationError({"locale": _("The pages do not speak this language.")})
    if time_zone:
        check_time_zone(time_zone)
    user.first_name, user.last_name = name.strip(), ""
    user.full_clean(exclude=["password"])
    user.save(update_fields=["first_name", "last_name"])
    values = {"locale": locale, "time_zone": time_zone}
    return Profile.objects.update_or_create(user=user, defaults=values)[0]


def profile_of(user: User) -> Profile:
    """What somebody told, empty where he told nothing."""
    return Profile.objects.filter(user=user).first() or Profile(user=user)


@transaction.atomic
def vehicle_add(user: User, **fields: Any) -> Vehicle:
    """A new car. Raises ValidationError naming the field."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    if Vehicle.objects.filter(user=user).count() >= MOST_VEHICLES:
        raise ValidationError({"name": _("You have very many cars here already. Remove one first.")})
    return vehicle_change(Vehicle(user=user), **fields)


def vehicle_change(vehicle: Vehicle, **fields: Any) -> Vehicle:
    """Change a car. Raises ValidationError naming the field."""
    apply_changes(vehicle, fields, VEHICLE_FIELDS)
    vehicle.full_clean(exclude=["user"])
    vehicle.save()
    return vehicle


def vehicle_remove(vehicle: Vehicle) -> None:
    """Forget a car."""
    vehicle.delete()
