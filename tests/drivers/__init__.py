"""A driver of an organisation, for tests that look at everything."""

from cpms.accounts.models import User
from cpms.drivers.models import CardClaim, Driver, Favourite, FreeWish, Vehicle
from cpms.drivers.services.cards import card_ask
from cpms.drivers.services.joining import driver_join
from cpms.drivers.services.person import vehicle_add
from cpms.drivers.services.wishes import favourite_add, wish_make
from tests.worlds import PASSWORD, World


def with_driver(world: World) -> World:
    """One of everything that a driver has at the world's operator."""
    user = User.objects.create_user(f"driver@{world.mark}.example".lower(), PASSWORD)
    driver = driver_join(user, world.station, "EUR")
    card_ask(driver, world.station.evses.get(), f"04A2B3C4{world.mark}", f"{world.mark} key ring")
    favourite_add(user, world.site)
    wish_make(user, world.station)
    vehicle_add(user, name=f"{world.mark} car")
    return world


def own_ids(world: World) -> list[str]:
    """The ids of all that."""
    mine = {"user__drives__organisation": world.organisation}
    return [
        *Driver.objects.filter(organisation=world.organisation).values_list("public_id", flat=True),
        *CardClaim.objects.filter(driver__organisation=world.organisation).values_list(
            "public_id", flat=True
        ),
        *(name for model in (Favourite, FreeWish, Vehicle) for name in _names(model, mine)),
    ]


def _names(model: type[Favourite] | type[FreeWish] | type[Vehicle], mine: dict[str, object]) -> list[str]:
    return list(model.objects.filter(**mine).values_list("public_id", flat=True))
