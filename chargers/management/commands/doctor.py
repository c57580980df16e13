"""`manage.py doctor station IDENTITY`: why a station does not come, and the exact setting to change on it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chargers.models import ChargingStation, UnknownStation
from chargers.services.diagnosis.diagnose import Diagnosis, diagnose


class Command(BaseCommand):
    """Plain text, no web server needed. Exit code 0 when nothing is wrong, 1 when something is."""

    help = "Examine a station's connection from the charger's side"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["station"], help="what to examine")
        parser.add_argument("identity", help="the identity the charger calls itself by")

    def handle(self, *args: Any, **options: Any) -> None:
        identity = options["identity"]
        station = ChargingStation.objects.filter(identity=identity).first()
        if station is None:
            raise CommandError(_nobodys(identity))
        found = diagnose(station)
        self._tell(station, found)
        if not found.is_well:
            sys.exit(1)

    def _tell(self, station: ChargingStation, found: Diagnosis) -> None:
        self.stdout.write(f"{station.identity}: {found.headline}\n\n")
        for finding in found.findings:
            self.stdout.write(f"{finding.health.value:<8}{finding.topic:<13}{finding.sentence}\n")
            if finding.setting:
                self.stdout.write(f"{'':<21}-> {finding.setting}\n")


def _nobodys(identity: str) -> str:
    """What is known of an identity that is no station of ours."""
    unknown = UnknownStation.objects.filter(identity=identity).first()
    if unknown is None:
        same = ChargingStation.objects.filter(identity__iexact=identity).first()
        hint = f"; did you mean {same.identity}?" if same else ""
        return f"there is no station {identity!r}, and nobody has called by that name{hint}"
    return (
        f"{identity!r} is not registered. It has called {unknown.attempts} times, the last time at "
        f"{unknown.last_seen_at:%Y-%m-%d %H:%M:%S} UTC from {unknown.remote_address}: adopt it under Unknown stations"
    )
