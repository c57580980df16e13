"""Organisations with something of everything in them, made through the services, for tests of pages and API."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from chargers.choices import (
    CampaignState,
    CertificateUse,
    ConnectorStatus,
    Direction,
    FactKind,
    FirmwareUpdateState,
    LogKind,
    PushState,
    Quirk,
    RefusalReason,
    SettingState,
    TransactionEventKind,
)
from chargers.domain import AuthorizeAsked, Place, Reading, RootInstalled, Token, TransactionReported
from chargers.models import (
    BulkCommand,
    Case,
    ChargingStation,
    Command,
    ConfigurationPush,
    ConfigurationTemplate,
    Connector,
    Evse,
    FirmwareCampaign,
    FirmwareFile,
    FirmwareUpdate,
    IdTag,
    IdTagGroup,
    LearnedFact,
    LocalList,
    LogRequest,
    ManufacturerRoot,
    MessageExchange,
    PushResult,
    RefusedHandshake,
    Reservation,
    RootCertificate,
    ScheduledCommand,
    SecurityChange,
    SecurityEvent,
    Site,
    StationCertificate,
    StationConnection,
    StationSetting,
    StrayFileReport,
    Transaction,
)
from chargers.services import authorities
from chargers.services.authorization import authorize
from chargers.services.bulk import bulk_make
from chargers.services.bulk_plan import Ask, plan
from chargers.services.cases_review import reading_unmatched
from chargers.services.certificate_roots import root_add, root_installed
from chargers.services.commands import command_send
from chargers.services.firmware_files import firmware_file_create, manufacturer_root_add
from chargers.services.id_tags import group_create, id_tag_create
from chargers.services.learned import fact_learn
from chargers.services.local_lists import local_list_create
from chargers.services.logs import log_request_start
from chargers.services.reservations import reservation_make
from chargers.services.scheduled import schedule_command
from chargers.services.security_changes import key_rotate
from chargers.services.security_events import CONTESTED, event_noticed
from chargers.services.sites import site_create
from chargers.services.source import Source
from chargers.services.stations import station_register
from chargers.services.stations_report import quirks_seen
from chargers.services.templates import template_create
from chargers.services.transactions import transaction_report
from cpms.accounts.models import ApiKey, Membership, Organisation, User
from cpms.accounts.roles import PERMISSIONS, Role
from cpms.accounts.services.api_keys import api_key_create
from cpms.accounts.services.organisations import member_add, organisation_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests import pki

PASSWORD = "a long enough password"


@dataclass
class World:
    """One organisation. `mark` is in every name and text of it, so that a leak can be seen."""

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

    @cached_property
    def refusal(self) -> RefusedHandshake:
        """Somebody tried with a wrong password."""
        moment = clock.now()
        return RefusedHandshake.objects.create(
            identity=self.station.identity, station=self.station, remote_address="192.0.2.1",
            reason=RefusalReason.WRONG_PASSWORD, user_agent=f"{self.mark}-agent", first_at=moment, last_at=moment,
        )  # fmt: skip

    @cached_property
    def template(self) -> ConfigurationTemplate:
        entries = [{"name": f"{self.mark}Setting", "value": "1", "optional": False}]
        return template_create(self.organisation, SYSTEM, name=f"{self.mark} template", entries=entries)

    @cached_property
    def push(self) -> ConfigurationPush:
        """A push that is over, and a setting that has drifted since."""
        StationSetting.objects.create(
            station=self.station, name=f"{self.mark}Setting", desired="1", reported="2", known=True,
            state=SettingState.DRIFTED, checked_at=clock.now(),
        )  # fmt: skip
        push = ConfigurationPush.objects.create(
            organisation=self.organisation, template=self.template, label=f"{self.mark} template",
            entries=self.template.entries, actor_label=f"{self.mark} actor",
        )  # fmt: skip
        PushResult.objects.create(push=push, station=self.station, state=PushState.DONE)
        return push

    @cached_property
    def local_list(self) -> LocalList:
        return local_list_create(self.organisation, SYSTEM, name=f"{self.mark} list", sites=[self.site])

    @cached_property
    def certificate(self) -> StationCertificate:
        """A client certificate of the station, from the organisation's own authority."""
        authorities.authority_set_up(self.organisation, SYSTEM)
        return pki.issued(self.station)[0]

    @cached_property
    def root(self) -> RootCertificate:
        """A root to hand out, and the station holds it."""
        use, pem = CertificateUse.CSMS_ROOT, pki.root().pem
        row = root_add(self.organisation, SYSTEM, name=f"{self.mark} root", use=use, certificate=pem)
        root_installed(self.source, RootInstalled(use, pem))
        return row

    @cached_property
    def alert(self) -> SecurityEvent:
        event_noticed(self.station.pk, CONTESTED, f"{self.mark} event")
        return SecurityEvent.objects.get(station=self.station)

    @cached_property
    def rotation(self) -> SecurityChange:
        return key_rotate(self.station, SYSTEM)

    @cached_property
    def firmware(self) -> FirmwareFile:
        facts = {"vendor": f"{self.mark} maker", "version": f"{self.mark} 9"}
        return firmware_file_create(self.organisation, SYSTEM, **facts)

    @cached_property
    def manufacturer_root(self) -> ManufacturerRoot:
        return manufacturer_root_add(self.organisation, SYSTEM, f"{self.mark} maker", pki.root().pem)

    @cached_property
    def firmware_update(self) -> FirmwareUpdate:
        return FirmwareUpdate.objects.create(
            station=self.station, file=self.firmware, campaign=self.firmware_campaign, request_id=7,
            state=FirmwareUpdateState.CANCELLED, requested_by=self.mark,
        )  # fmt: skip

    @cached_property
    def firmware_campaign(self) -> FirmwareCampaign:
        return FirmwareCampaign.objects.create(
            organisation=self.organisation, file=self.firmware, name=f"{self.mark} campaign", wave_sizes=[1],
            state=CampaignState.PAUSED, started_by=self.mark,
        )  # fmt: skip

    @cached_property
    def log_request(self) -> LogRequest:
        return log_request_start(self.station, LogKind.DIAGNOSTICS, SYSTEM)

    @cached_property
    def stray(self) -> StrayFileReport:
        return StrayFileReport.objects.create(
            station=self.station, about="firmware", status=f"{self.mark} done", received_at=clock.now()
        )

    def furnish(self) -> "World":
        """Make one of everything."""
        _ = self.stray
        _ = (self.firmware_update, self.log_request, self.manufacturer_root)
        _ = (self.owner, self.membership, self.api_key, self.site, self.group, self.tag, self.station)
        _ = (self.push, self.local_list)
        _ = (self.case, self.refusal)
        _ = (self.certificate, self.root, self.alert, self.rotation)
        _ = (self.fact, self.command, self.transaction, self.message)
        _ = (self.reservation, self.scheduled, self.bulk)
        authorize(self.source, AuthorizeAsked(Token(self.tag.uid)))
        return self

    def secrets(self) -> list[str]:
        """Texts that nobody of another organisation may ever read."""
        return [
            self.mark,
            *(
                row.public_id
                for row in (self.organisation, self.site, self.group, self.tag, self.station, self.command)
            ),
            self.transaction.public_id,
            *(row.public_id for row in (self.reservation, self.scheduled, self.bulk)),
            *(row.public_id for row in (self.template, self.push, self.local_list)),
            *(row.public_id for row in (self.firmware, self.firmware_update, self.firmware_campaign)),
            *(row.public_id for row in (self.log_request, self.manufacturer_root)),
            self.case.public_id,
            *(row.public_id for row in (self.certificate, self.root, self.alert, self.rotation)),
            self.membership.public_id,
            self.api_key.public_id,
        ]
