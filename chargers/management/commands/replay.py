"""`manage.py replay`: whether the message log alone gives the transactions that are in the books."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min, QuerySet

from chargers.models import ChargingStation, MessageExchange, Transaction
from chargers.replay.books import CARRIED, read_books, write_books
from chargers.replay.comparison import Fact, compare, facts
from chargers.replay.player import PLAYED, Player, play
from chargers.replay.scratch import ScratchError, scratch
from chargers.replay.scratch import play as play_into

COLUMNS = ("station_id", "received_at", "action", "message_id", "request", "reply")


class Command(BaseCommand):
    """Prints what differs; the exit code is 1 when something does.

    Ends that no station told (inferred ones) count as none, and transactions a person corrected are left out:
    neither follows from messages alone.
    """

    help = "Play the message log into an empty database and compare transactions and energy with the books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--into", metavar="URL", help="an empty database; otherwise one is made and dropped"
        )
        parser.add_argument("--json", action="store_true", help="the comparison as JSON")
        parser.add_argument("--play", action="store_true", help="internal: play what comes on standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["play"]:
            self._play()
            return
        try:
            printed = self._played(options["into"])
        except ScratchError as error:
            raise CommandError(str(error)) from error
        played = {name: Fact(**values) for name, values in json.loads(printed).items()}
        found = compare(facts(_comparable()), played)
        self.stdout.write(json.dumps(asdict(found), indent=1) if options["json"] else found.summary())
        if not found.is_clean:
            sys.exit(1)

    def _played(self, into: str | None) -> str:
        if into:
            return play_into(into, _lines())
        with scratch() as url:
            return play_into(url, _lines())

    def _play(self) -> None:
        """The other side: migrate, take over the books, play line by line, print the facts."""
        call_command("migrate", verbosity=0)
        if Transaction.objects.exists():
            raise CommandError("the database is not empty")
        write_books(next(sys.stdin) for _ in CARRIED)
        players = {station.pk: Player(station).ready() for station in ChargingStation.objects.all()}
        for line in sys.stdin:
            exchange = MessageExchange(**json.loads(line))
            exchange.received_at = MessageExchange._meta.get_field("received_at").to_python(
                exchange.received_at
            )
            play(players[exchange.station_id], exchange)
        shown = {name: asdict(one) for name, one in facts(Transaction.objects.all()).items()}
        self.stdout.write(json.dumps(shown))


def _log() -> QuerySet[MessageExchange]:
    """Every answered message that makes transactions or energy, in the order of receipt."""
    log = MessageExchange.objects.filter(direction="in", outcome="result", action__in=PLAYED)
    return log.order_by("received_at", "id")


def _lines() -> Iterator[str]:
    yield from read_books()
    stations = set(ChargingStation.objects.values_list("pk", flat=True))
    for row in _log().values(*COLUMNS).iterator(chunk_size=1000):
        if row["station_id"] in stations:
            yield json.dumps(row | {"received_at": row["received_at"].isoformat()})


def _comparable() -> QuerySet[Transaction]:
    """What the log can know of: begun since it begins, and as the station told it."""
    begin = _log().aggregate(begin=Min("received_at"))["begin"]
    if begin is None:
        return Transaction.objects.none()
    return Transaction.objects.filter(created_at__gte=begin).exclude(cases__fix__gt="")
