"""Somebody at the operator's desk, once, when the demo begins: a reservation, and a question to the whole fleet.

It goes the way of every click: rows, the gateway, the stations' answers.
"""

import asyncio
from datetime import timedelta

from asgiref.sync import sync_to_async

from chargers.choices import ConnectorStatus
from chargers.models import BulkCommand, ChargingStation, Connector, IdTag, Reservation
from chargers.selectors.stations import CONNECTED
from chargers.services.bulk.plan import Ask, plan
from chargers.services.bulk.run import bulk_make
from chargers.services.reservations.requests import reservation_make
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import Actor

from .cast import OPERATORS, VALID_TAG

DESK = Actor("the desk")
LOOKS_EVERY_S, LOOKS = 3.0, 100
RESERVED_FOR = timedelta(hours=3)


async def work() -> None:
    """Wait until most of the fleet is there, then do it; nothing when it was done in an earlier run."""
    for _ in range(LOOKS):
        if await sync_to_async(_is_done)():
            return
        await asyncio.sleep(LOOKS_EVERY_S)


def _is_done() -> bool:
    """Do what can be done by now; whether nothing is left."""
    organisation = Organisation.objects.get(name=OPERATORS[0].name)
    there = ChargingStation.objects.filter(CONNECTED, organisation=organisation)
    if there.count() < 0.9 * sum(place.stations for place in OPERATORS[0].places):
        return False
    if not BulkCommand.objects.filter(organisation=organisation).exists():
        everybody = ChargingStation.objects.filter(organisation=organisation).select_related("connection")
        bulk_make(organisation, plan(everybody.order_by("identity"), Ask("status")), DESK)
    return Reservation.objects.filter(organisation=organisation).exists() or _reserve(organisation)


def _reserve(organisation: Organisation) -> bool:
    """Keep a place that is free, at a station whose simulation knows how."""
    free = Connector.objects.filter(
        evse__station__organisation=organisation,
        evse__station__connection__closed_at=None,
        evse__station__connection__subprotocol__endswith="1.6",
        status=ConnectorStatus.AVAILABLE,
    )
    found = free.select_related("evse__station").order_by("evse__station__identity").last()
    tag = IdTag.objects.filter(organisation=organisation, uid=VALID_TAG).first()
    if found is None or tag is None:
        return False
    until = (clock.now() + RESERVED_FOR).replace(microsecond=0)
    reservation_make(found.evse.station, tag.uid, until, DESK, evse_no=found.evse.number)
    return True
