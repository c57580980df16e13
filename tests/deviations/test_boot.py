"""Deviations 17 to 22: booting."""

from chargers.choices import FactKind, Quirk, TransactionState
from chargers.models import ChargingStation, Command, Transaction
from chargers.services.commands.send import command_send
from cpms.core.actors import SYSTEM
from tests.gateway.charger import Charger
from tests.gateway.process import Gateway, again, eventually

from .conftest import Look

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


def test_deviation_17_no_boot_after_a_reconnect(gateway: Gateway, identity: str, look: Look) -> None:
    """It is served, and asked once for its boot when nothing is known of it. Seen failing without `boot_ask`."""
    charger = Charger(gateway, identity)
    charger.status("Available")
    asked = charger.command()
    assert asked[2:] == ["TriggerMessage", {"requestedMessage": "BootNotification"}]
    charger.answer(asked, {"status": "Accepted"})
    eventually(lambda: Command.objects.get().state == "accepted")
    charger.boot()
    look.learned(identity, FactKind.BOOT_TRIGGER, "answered")
    charger.close()
    back = Charger(gateway, identity)
    back.status("Available")
    assert back.silent(2.5)


def test_deviation_18_messages_before_the_boot(gateway: Gateway, identity: str, look: Look) -> None:
    charger = Charger(gateway, identity)
    charger.status("Available")
    assert charger.call("Heartbeat", {})
    charger.boot()
    look.noted(identity, Quirk.BEFORE_BOOT)


def test_deviation_19_nothing_is_asked_before_the_boot_is_answered(gateway: Gateway, identity: str) -> None:
    """Seen failing with `may_be_asked` returning True."""
    station = ChargingStation.objects.get(identity=identity)
    commands = [command_send(station, "ClearCache", {}, SYSTEM) for _ in range(2)]
    charger = Charger(gateway, identity)
    assert charger.silent(1)
    charger.boot()
    first = charger.command()
    assert first[1] == commands[0].message_id
    assert charger.silent()
    charger.answer(first, {"status": "Accepted"})
    assert charger.command()[1] == commands[1].message_id


def test_deviation_20_a_refused_trigger_is_not_repeated(gateway: Gateway, identity: str, look: Look) -> None:
    """The fact keeps it from being asked at each connection, for ever."""
    charger = Charger(gateway, identity)
    charger.answer(charger.command(), {"status": "Rejected"})
    look.noted(identity, Quirk.TRIGGER_REFUSED)
    look.learned(identity, FactKind.BOOT_TRIGGER, "refused")
    charger.close()
    assert Charger(gateway, identity).silent(4)
    assert Command.objects.count() == 1


def test_deviation_20_a_trigger_that_restarts_the_station(
    gateway: Gateway, identity: str, look: Look
) -> None:
    charger = Charger(gateway, identity)
    charger.answer(charger.command(), {"status": "Accepted"})
    eventually(lambda: Command.objects.get().state == "accepted")
    charger.vanish()
    Charger(gateway, identity).boot()
    look.learned(identity, FactKind.BOOT_TRIGGER, "reboots")


def test_deviation_21_repeated_boots_on_one_socket(charger: Charger, look: Look) -> None:
    started = charger.start("OURS-CARD")
    assert charger.call("BootNotification", BOOT | {"firmwareVersion": "2.0"})["status"] == "Accepted"
    assert ChargingStation.objects.get().firmware_version == "2.0"
    assert Transaction.objects.get().flags == {}
    charger.stop(started["transactionId"], 3000)
    assert Transaction.objects.get().energy_wh == 2000
    look.noted(charger.identity, Quirk.REPEATED_BOOT)


def test_deviation_22_a_reboot_leaves_a_session_open(gateway: Gateway, charger: Charger, look: Look) -> None:
    """Seen failing without `transactions_uncertain`."""
    left_open = charger.start("OURS-CARD")["transactionId"]
    charger.vanish()
    back = Charger(gateway, charger.identity).boot()
    row = Transaction.objects.get()
    eventually(lambda: "uncertain" in again(row).flags)
    assert row.state == TransactionState.CHARGING
    look.noted(charger.identity, Quirk.REBOOT_WHILE_CHARGING)
    back.start("OURS-CARD", meter_wh=5000)
    row.refresh_from_db()
    assert (row.reference, row.state) == (str(left_open), TransactionState.INFERRED_END)
    look.noted(charger.identity, Quirk.STOP_MISSING)


def test_deviation_22_a_stop_after_the_reboot_settles_it(gateway: Gateway, charger: Charger) -> None:
    started = charger.start("OURS-CARD")
    charger.vanish()
    back = Charger(gateway, charger.identity).boot()
    eventually(lambda: "uncertain" in Transaction.objects.get().flags)
    back.stop(started["transactionId"], 4000)
    row = Transaction.objects.get()
    assert (row.energy_wh, row.state, row.flags) == (3000, TransactionState.ENDED, {})
