"""`manage.py replay`: the message log alone gives the same transactions and the same energy (invariant 9)."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from chargers.choices import TransactionState
from chargers.models import MessageExchange, MeterValue, Transaction
from tests.template import database_url, template
from tests.worlds import World

from .charger import Charger, fresh, registered
from .process import Gateway, eventually


def at(minutes: int) -> str:
    """So many minutes ago, as chargers write it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def replayed(into: str | None = None) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("replay", into=into, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def a_day(gateway: Gateway, world: World) -> Charger:
    """Some sessions over a real socket, with everything that chargers do twice, late or badly."""
    tag = world.tag.uid
    charger = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    began = at(50)
    first = charger.start(tag, timestamp=began)["transactionId"]
    assert charger.start(tag, timestamp=began)["transactionId"] == first
    sample = {"timestamp": at(45), "sampledValue": [{"value": "3500"}]}
    charger.call("MeterValues", {"connectorId": 1, "transactionId": first, "meterValue": [sample]})
    for meter_wh in (9000, 9000, 9500):
        charger.stop(first, meter_wh, timestamp=at(40))
    second = charger.start(f"{tag}\0", timestamp=at(30), meter_wh=9000)["transactionId"]
    charger.stop(-1, 12_345, timestamp=at(20), idTag=f"{tag}\0")
    assert second != first
    charger.stop(4711, 5, timestamp=at(10))
    charger.start(tag, timestamp=at(5), meter_wh=12_345)
    eventually(lambda: MeterValue.objects.exists() and Transaction.objects.count() == 4)
    return charger


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database that is migrated and has no rows."""
    name = sql.Identifier(f"{connection.settings_dict['NAME']}_replayed")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template())))
        yield database_url(name.as_string().strip('"'))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_the_log_alone_gives_the_same_transactions_and_energy(a_day: Charger, empty_database: str) -> None:
    """Once into a database that the command makes, which takes a while, and once into one that is there."""
    code, printed = replayed()
    assert (code, printed.splitlines()[0]) == (
        0, "4 transactions, 11345 Wh: 0 missing, 0 surplus, 0 differing"
    ), printed  # fmt: skip
    ended = Transaction.objects.filter(state=TransactionState.ENDED).earliest("started_at")
    Transaction.objects.filter(pk=ended.pk).update(energy_wh=7999)
    MessageExchange.objects.filter(action="StartTransaction").latest("received_at").delete()
    code, printed = replayed(empty_database)
    assert code == 1
    assert "1 missing, 0 surplus, 1 differing" in printed
    assert "(7999, 8000)" in printed
