"""What was asked of a station."""

from datetime import timedelta
from functools import cached_property

from chargers.models import BulkCommand, ChargingStation, Command, Reservation, ScheduledCommand
from chargers.services.bulk.plan import Ask, plan
from chargers.services.bulk.run import bulk_make
from chargers.services.commands.scheduled import schedule_command
from chargers.services.commands.send import command_send
from chargers.services.reservations.requests import reservation_make
from cpms.core import clock
from cpms.core.actors import SYSTEM

from .ground import Ground


class Ordered(Ground):
    """What was asked of a station."""

    @cached_property
    def command(self) -> Command:
        return command_send(self.station, "Reset", {"type": "Soft"}, SYSTEM)

    @cached_property
    def reservation(self) -> Reservation:
        until = clock.now() + timedelta(hours=2)
        return reservation_make(self.station, self.tag.uid, until, SYSTEM, evse_no=1)

    @cached_property
    def scheduled(self) -> ScheduledCommand:
        when = clock.now() + timedelta(hours=1)
        return schedule_command(self.station, "Reset", {"type": "Soft"}, SYSTEM, not_before=when)

    @cached_property
    def bulk(self) -> BulkCommand:
        """One for the world's station, still in line."""
        stations = ChargingStation.objects.filter(pk=self.station.pk).select_related("connection")
        return bulk_make(self.organisation, plan(stations, Ask("heartbeat")), SYSTEM)
