"""What touches security: told by stations, noticed by us, kept, counted when it floods, and seen to by people."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from chargers.choices import EventSource
from chargers.domain import SecurityEventReported
from chargers.events import SecurityAlert
from chargers.models import ChargingStation, SecurityEvent
from cpms.accounts.models import Organisation
from cpms.core import audit, clock, live
from cpms.core.actors import Actor
from cpms.core.events import publish

from ..source import Source, check_epoch
from ..transactions.times import past_instant

# Events that somebody has to look at (OCPP 1.6 security whitepaper §5, and what we notice ourselves).
CRITICAL: Final = frozenset(
    {
        "AttemptedReplayAttacks",
        "InvalidCentralSystemCertificate",
        "InvalidChargePointCertificate",
        "InvalidCsmsCertificate",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "ReconfigurationOfSecurityParameters",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "TamperDetectionActivated",
    }
)

# Our own words for what the gateway and the certificate authority notice.
PROFILE_TOO_LOW: Final = "SecurityProfileTooLow"
CERTIFICATE_REFUSED: Final = "ClientCertificateRefused"
SIGNING_REFUSED: Final = "SigningRequestRefused"
CONTESTED: Final = "IdentityContested"
FLAPPING: Final = "IdentityFlapping"
CHANGE_FAILED: Final = "SecurityChangeFellBack"
_OURS_CRITICAL: Final = frozenset(
    {PROFILE_TOO_LOW, CERTIFICATE_REFUSED, SIGNING_REFUSED, CONTESTED, FLAPPING}
)
# So many of one kind in a minute are kept one by one; what comes beyond is counted on the newest.
FLOOD_COUNT, FLOOD_TIME = 10, timedelta(minutes=1)
# A start is nothing to worry about; so many of them in ten minutes are.
START, STORM_COUNT, STORM_TIME = "StartupOfTheDevice", 5, timedelta(minutes=10)


@transaction.atomic
def event_reported(source: Source, report: SecurityEventReported) -> None:
    """Store what a station told (OCPP 1.6 security whitepaper A04); always answered."""
    check_epoch(source)
    at = past_instant(report.at, source.received_at)
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").get(pk=source.station_id)
    critical = report.type in CRITICAL or (report.type == START and _is_storm(station, source.received_at))
    _store(station, EventSource.STATION, report.type, report.text, critical, at, source.received_at)


def _is_storm(station: ChargingStation, now: datetime) -> bool:
    lately = SecurityEvent.objects.filter(station=station, type=START, received_at__gt=now - STORM_TIME)
    return lately.count() >= STORM_COUNT - 1


def event_noticed(station_id: int, kind: str, text: str) -> None:
    """Store what we noticed ourselves about a station; nothing when it is gone."""
    with suppress(IntegrityError), transaction.atomic():
        _noticed(station_id, kind, text)


def _noticed(station_id: int, kind: str, text: str) -> None:
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").filter(pk=station_id).first()
    if station is not None:
        now = clock.now()
        _store(station, EventSource.GATEWAY, kind, text, kind in _OURS_CRITICAL, now, now)


def _store(
    station: ChargingStation,
    source: EventSource,
    kind: str,
    text: str,
    critical: bool,
    at: datetime,
    now: datetime,
) -> None:
    """One row, or in a flood one more on the newest (B98)."""
    lately = SecurityEvent.objects.filter(
        station=station, type=kind[:50], source=source, seen_at=None, last_at__gt=now - FLOOD_TIME
    )
    newest = list(lately.order_by("-pk").values_list("pk", "count")[:FLOOD_COUNT])
    if len(newest) == FLOOD_COUNT or (newest and newest[0][1] > 1):
        SecurityEvent.objects.filter(pk=newest[0][0]).update(count=F("count") + 1, last_at=now)
        return
    event = SecurityEvent.objects.create(
        organisation_id=station.organisation_id, station=station, source=source, type=kind[:50],
        text=text.replace("\0", "")[:255], is_critical=critical, happened_at=at, received_at=now, last_at=now,
    )  # fmt: skip
    if critical:
        _alert(station, event)
    live.send_on_commit(station.organisation_id, stations=[station.public_id])


def _alert(station: ChargingStation, event: SecurityEvent) -> None:
    publish(
        SecurityAlert(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=event.received_at,
            station=station.public_id, kind=event.type, text=event.text,
        )
    )  # fmt: skip


@transaction.atomic
def events_seen(organisation: Organisation, actor: Actor, ids: list[int]) -> int:
    """Note that somebody has dealt with these events of the organisation; how many that were open."""
    waiting = SecurityEvent.objects.filter(organisation=organisation, pk__in=ids, seen_at=None)
    count = waiting.update(seen_at=clock.now(), seen_by=f"{actor.source}: {actor.label}"[:160])
    if count:
        audit.record(actor, "security_events.seen", organisation_id=organisation.pk, count=count)
    return count
