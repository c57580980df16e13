"""Sessions told by a station, tariffs and payers, all made through the services."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import time_machine
from django.db import connection

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Rating, SessionCharge, TariffFamily, TariffVersion
from billing.services.accounts.parties import account_open, party_create
from billing.services.ratings.payers import tag_pay_from
from billing.services.tariffs.versions import draft_save, family_create, tariff_assign, version_publish
from chargers.choices import Direction, TransactionEventKind
from chargers.domain import Place, Token, TransactionReported
from chargers.models import ChargingStation, Connector, MessageExchange, Transaction
from chargers.ocpp.readings import Sampled, reading
from chargers.services.source import Source
from chargers.services.transactions.messages import transaction_report
from chargers.services.transactions.meter import readings_store
from cpms.core.actors import SYSTEM, Actor
from tests.worlds import World

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = Actor("jo@example.com", source="user")
ENERGY = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":%s,"vat":19}]}]}'
REGISTER = "Energy.Active.Import.Register"


def at(minutes: float) -> datetime:
    """So many minutes into the session."""
    return START + timedelta(minutes=minutes)


@dataclass
class Story:
    """One organisation, one station of 22 kW, one session at a time; minutes count from START."""

    world: World
    register_wh: int = 1_000_000
    session: Transaction = field(init=False)

    @cached_property
    def station(self) -> ChargingStation:
        station = self.world.station
        Connector.objects.filter(evse__station=station).update(max_power_w=22_000)
        station.site.country, station.site.time_zone = "DE", "Europe/Berlin"
        station.site.save()
        return station

    def tariff(self, body: str = ENERGY % "0.5", name: str = "Public", **assigned: Any) -> TariffVersion:
        """A tariff for everybody everywhere, in force since the day before."""
        with time_machine.travel(at(-1440), tick=False):
            family = family_create(self.world.organisation, name, SYSTEM)
            version = version_publish(draft_save(family, body, SYSTEM), at(-1440), SYSTEM, insist=True)
            tariff_assign(family, SYSTEM, **{"valid_from": at(-1440), **assigned})
        return version

    def next_version(self, family: TariffFamily, body: str, minutes: float) -> TariffVersion:
        """A version that is in force from so many minutes on."""
        with time_machine.travel(at(min(minutes, 0) - 1), tick=False):
            return version_publish(draft_save(family, body, SYSTEM), at(minutes), SYSTEM, insist=True)

    def payer(self, mode: BillingMode = BillingMode.POSTPAID, currency: str = "EUR") -> Account:
        """An account that pays for the world's card."""
        facts = {"kind": PartyKind.DRIVER, "legal_name": f"{mode} driver", "country": "DE"}
        party = party_create(self.world.organisation, SYSTEM, **facts)
        account = account_open(party, SYSTEM, name=f"{mode} account", billing_mode=mode, currency=currency)
        tag_pay_from(self.world.tag, account, SYSTEM)
        return account

    def source(self, minutes: float) -> Source:
        station = self.station
        return Source(station.pk, station.public_id, station.organisation_id, 1, at(minutes))

    def begin(self, minutes: float = 0, received: float | None = None, **changes: Any) -> Transaction:
        """The start, told when it happened unless it is `received` later."""
        when = at(minutes)
        facts = {
            "reference": None,
            "place": Place(1, 1),
            "token": Token(self.world.tag.uid),
            "meter_wh": self.register_wh,
        }
        report = TransactionReported(
            kind=TransactionEventKind.STARTED, at=when, message_id=f"start {minutes}",
            **{"fingerprint": f"{when.isoformat()} {self.register_wh}", **facts, **changes},
        )  # fmt: skip
        told = minutes if received is None else received
        with time_machine.travel(at(told), tick=False):
            self.session = transaction_report(self.source(told), report).transaction
        return self.session

    def read(self, minutes: float, energy_wh: int, received: float | None = None) -> None:
        """A register reading; energy counts from the start of the session."""
        value = reading(at(minutes), [Sampled(self.register_wh + energy_wh, REGISTER, "Wh")])
        assert value is not None
        told = minutes if received is None else received
        readings_store(self.source(told), Place(1, 1), [value], self.session)

    def end(
        self, minutes: float, energy_wh: int | None, received: float | None = None, **changes: Any
    ) -> Transaction:
        """The stop; energy counts from the start."""
        meter_wh = None if energy_wh is None else self.register_wh + energy_wh
        report = TransactionReported(
            kind=TransactionEventKind.ENDED, reference=self.session.reference, at=at(minutes),
            message_id=f"stop {minutes}", **{"meter_wh": meter_wh, "stop_reason": "Local", **changes},
        )  # fmt: skip
        told = minutes if received is None else received
        with time_machine.travel(at(told), tick=False):
            self.session = transaction_report(self.source(told), report).transaction
        return self.session

    def status(self, minutes: float, status: str, connector: int = 1) -> None:
        """What the connector says of itself, as the gateway leaves it in the message log."""
        told = {
            "connectorId": connector,
            "errorCode": "NoError",
            "status": status,
            "timestamp": at(minutes).isoformat(),
        }
        MessageExchange.objects.create(
            station=self.station, epoch=1, received_at=at(minutes), direction=Direction.IN,
            action="StatusNotification", message_id=f"status {minutes}",
            request=json.dumps([2, f"status {minutes}", "StatusNotification", told]), reply="[3,\"1\",{}]",
            outcome="result",
        )  # fmt: skip

    def charged(self, energy_wh: int = 10_000, minutes: float = 60) -> Transaction:
        """A plain session that is over."""
        self.begin()
        self.read(minutes / 2, energy_wh // 2)
        return self.end(minutes, energy_wh)

    def fresh(self) -> Transaction:
        """The session as the database has it."""
        return Transaction.objects.get(pk=self.session.pk)

    def ratings(self) -> list[tuple[str, int | None]]:
        """State and gross of every rating of the session, oldest first."""
        return list(
            Rating.objects.filter(transaction=self.session).order_by("id").values_list("state", "gross_minor")
        )

    def charge(self) -> SessionCharge | None:
        return SessionCharge.objects.filter(transaction=self.session).first()

    @staticmethod
    def settle() -> None:
        """Check now what the database checks at the commit."""
        connection.check_constraints()
