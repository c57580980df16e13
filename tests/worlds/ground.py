"""An organisation with its people, its station, and what the station has told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from chargers.choices import ConnectorStatus, Direction, FactKind, Quirk, TransactionEventKind
from chargers.domain import Place, Reading, Token, TransactionReported
from chargers.models import (
    Case,
    ChargingStation,
    Connector,
    Evse,
    IdTag,
    IdTagGroup,
    LearnedFact,
    MessageExchange,
    Site,
    StationConnection,
    Transaction,
)
from chargers.services.cases.review import reading_unmatched
from chargers.services.learned.facts import fact_learn
from chargers.services.source import Source
from chargers.services.stations.registration import station_register
from chargers.services.stations.report import quirks_seen
from chargers.services.stations.sites import site_create
from chargers.services.tags.id_tags import group_create, id_tag_create
from chargers.services.transactions.messages import transaction_report
from cpms.accounts.models import ApiKey, Membership, Organisation, User
from cpms.accounts.roles import PERMISSIONS, Role
from cpms.accounts.services.api_keys import api_key_create
from cpms.accounts.services.organisations import member_add, organisation_create
from cpms.core import clock
from cpms.core.actors import SYSTEM

PASSWORD = "a long enough password"


@dataclass
class Ground:
    """What everything else stands on. `mark` is in every name and text of it, so that a leak can be seen."""

    mark: str
    organisation: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = organisation_create(f"{self.mark} energy", SYSTEM)

    @cached_property
    def owner(self) -> User:
        return self.person(Role.OWNER)

    def person(self, role: Role) -> User:
        """A member with this role."""
        user = User.objects.create_user(f"{role}@{self.mark}.example".lower(), PASSWORD)
        member_add(self.organisation, user, role, SYSTEM)
        return user

    @cached_property
    def membership(self) -> Membership:
        return Membership.objects.get(user=self.owner)

    def key(self, *scopes: str) -> str:
        """The secret of a new API key; without scopes it has all of them."""
        return api_key_create(self.organisation, f"{self.mark} key", scopes or PERMISSIONS, SYSTEM)[1]

    @cached_property
    def api_key(self) -> ApiKey:
        return ApiKey.objects.get_from_key(self.key())  # type: ignore[no-any-return]

    @cached_property
    def site(self) -> Site:
        return site_create(self.organisation, SYSTEM, name=f"{self.mark} site")

    @cached_property
    def group(self) -> IdTagGroup:
        return group_create(self.organisation, f"{self.mark} group", SYSTEM)

    @cached_property
    def tag(self) -> IdTag:
        return id_tag_create(self.organisation, SYSTEM, uid=f"{self.mark}-CARD", group=self.group)

    @cached_property
    def station(self) -> ChargingStation:
        return self.connected_station(f"{self.mark}-1")

    def connected_station(self, identity: str, subprotocol: str = "ocpp1.6") -> ChargingStation:
        """A station of one connector with an open socket, as the gateway leaves it in the database."""
        station, _ = station_register(
            self.organisation, identity, SYSTEM, site=self.site, name=f"{self.mark} charger"
        )
        now = clock.now()
        StationConnection.objects.filter(station=station).update(
            epoch=1, subprotocol=subprotocol, opened_at=now, last_seen_at=now
        )
        evse = Evse.objects.create(station=station, number=1)
        Connector.objects.create(evse=evse, number=1, status=ConnectorStatus.AVAILABLE, status_at=now)
        return station

    @cached_property
    def fact(self) -> LearnedFact:
        evidence = {"message_id": f"{self.mark}-message"}
        fact_learn(self.station.pk, FactKind.CLOCK, 95, evidence, clock.now())
        quirks_seen(self.station.pk, [Quirk.EXTRA_FIELD], clock.now())
        return LearnedFact.objects.get(station=self.station)

    @cached_property
    def source(self) -> Source:
        s = self.station
        return Source(s.pk, s.public_id, s.organisation_id, 1, clock.now())

    @cached_property
    def transaction(self) -> Transaction:
        """An open transaction with one reading behind its start."""
        return self.started(clock.now() - timedelta(minutes=30))

    def started(self, at: datetime, energy_wh: int = 1000) -> Transaction:
        """A transaction begun at `at`, with one reading a minute later."""
        token = Token(self.tag.uid)
        report = TransactionReported(
            kind=TransactionEventKind.STARTED,
            reference=None,
            at=at,
            message_id=f"m-{at.timestamp()}",
            place=Place(1, 1),
            token=token,
            meter_wh=energy_wh,
            fingerprint=f"1|{token.uid}|{at.isoformat()}|{energy_wh}",
            readings=(
                Reading(at=at + timedelta(minutes=1), energy_wh=energy_wh + 50, power_w=3000.0, digest=7),
            ),
        )
        return transaction_report(self.source, report).transaction

    def ended(self, transaction: Transaction, energy_wh: int) -> Transaction:
        """The same transaction, stopped now."""
        report = TransactionReported(
            kind=TransactionEventKind.ENDED,
            reference=transaction.reference,
            at=clock.now(),
            message_id="m-end",
            meter_wh=energy_wh,
            stop_reason="Local",
        )
        return transaction_report(self.source, report).transaction

    @cached_property
    def message(self) -> MessageExchange:
        return MessageExchange.objects.create(
            station=self.station,
            epoch=1,
            received_at=clock.now(),
            direction=Direction.IN,
            action="Authorize",
            message_id=f"{self.mark}-message",
            request=f'{{"idTag":"{self.tag.uid}"}}',
            reply="{}",
            outcome="result",
        )

    @cached_property
    def case(self) -> Case:
        """Readings of a transaction nobody knows."""
        reading_unmatched(self.station.pk, f"{self.mark}-4711", Place(1, 1), clock.now())
        return Case.objects.get(station=self.station)
